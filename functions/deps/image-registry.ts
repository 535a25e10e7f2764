// The registry of images, Elastic Container Registry: an app's own repository, what a tag stands for now, and the tags by which releases
// keep their images from its lifecycle rules.
import {
  BatchDeleteImageCommand,
  BatchGetImageCommand,
  CreateRepositoryCommand,
  DescribeImagesCommand,
  ECRClient,
  PutImageCommand,
  PutLifecyclePolicyCommand,
} from "@aws-sdk/client-ecr";
import { holdOf, LIFECYCLE_POLICY } from "#core/domain/kept-image.ts";
import { awsOptions } from "./aws-options.ts";
import { unless } from "./unless.ts";

export type ImageRegistry = {
  /** Whose tags can be looked up: `123456789012.dkr.ecr.eu-central-1.amazonaws.com`. */
  host: string;
  /** Makes the app's repository where it is not there yet; answers its name with the host, without a tag. */
  repositoryFor(app: string): Promise<string>;
  /** `sha256:…`, or `null` where there is no such image. `name`: of the repository, without the host. */
  digestOf(name: string, image: { tag: string } | { digest: string }): Promise<string | null>;
  /** Tags `repository@sha256:…` for the release; `false` where the image is gone. Idempotent. Images elsewhere are their owners' to keep. */
  hold(image: string, releaseId: string): Promise<boolean>;
  /** Takes those tags back; an image goes with its last tag. Idempotent. */
  letGo(held: Held[]): Promise<void>;
};

export type Held = { image: string; releaseId: string };

/** As many as BatchDeleteImage takes. */
const AT_ONCE = 100;
/** What comes back is what was pushed, whatever it is: said again, its digest is the same. */
const MANIFESTS = [
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
];

export function elasticRegistry(host: string, repositoryPrefix: string): ImageRegistry {
  const ecr = new ECRClient(awsOptions());
  const own = (image: string) => ownImage(image, `${host}/`, repositoryPrefix);
  return {
    host,
    async repositoryFor(app) {
      const repositoryName = `${repositoryPrefix}${app}`;
      const command = new CreateRepositoryCommand({
        repositoryName,
        imageScanningConfiguration: { scanOnPush: true },
        tags: [{ Key: "tutti:app", Value: app }],
      });
      const made = await unless("RepositoryAlreadyExistsException", ecr.send(command));
      // One that was there has the rules that its owner gave it, and may hold releases from before they had tags.
      if (made)
        await ecr.send(
          new PutLifecyclePolicyCommand({ repositoryName, lifecyclePolicyText: LIFECYCLE_POLICY }),
        );
      return `${host}/${repositoryName}`;
    },
    async digestOf(repositoryName, image) {
      const id = "tag" in image ? { imageTag: image.tag } : { imageDigest: image.digest };
      const command = new DescribeImagesCommand({ repositoryName, imageIds: [id] });
      const gone = ["ImageNotFoundException", "RepositoryNotFoundException"];
      return (await unless(gone, ecr.send(command)))?.imageDetails?.[0]?.imageDigest ?? null;
    },
    async hold(image, releaseId) {
      const { repositoryName, imageDigest } = own(image) ?? {};
      if (repositoryName === undefined) return true;
      const asking = new BatchGetImageCommand({
        repositoryName,
        imageIds: [{ imageDigest }],
        acceptedMediaTypes: MANIFESTS,
      });
      const found = (await unless("RepositoryNotFoundException", ecr.send(asking)))?.images?.[0];
      if (!found) return false;
      const { imageManifest, imageManifestMediaType } = found;
      const imageTag = holdOf(releaseId);
      const what = { imageDigest, imageManifest, imageManifestMediaType };
      const putting = ecr.send(new PutImageCommand({ repositoryName, imageTag, ...what }));
      await unless("ImageAlreadyExistsException", putting);
      return true;
    },
    async letGo(held) {
      const known = held.flatMap(({ image, releaseId }) => {
        const { repositoryName } = own(image) ?? {};
        return repositoryName === undefined ? [] : [{ repositoryName, imageTag: holdOf(releaseId) }];
      });
      for (const [repositoryName, tags] of Map.groupBy(known, (one) => one.repositoryName))
        for (let from = 0; from < tags.length; from += AT_ONCE) {
          const imageIds = tags.slice(from, from + AT_ONCE).map(({ imageTag }) => ({ imageTag }));
          const command = new BatchDeleteImageCommand({ repositoryName, imageIds });
          await unless("RepositoryNotFoundException", ecr.send(command));
        }
    },
  };
}

/** `null` where it does not lie in a repository of the installation's. */
function ownImage(image: string, host: string, prefix: string) {
  const [repository = "", imageDigest] = image.split("@");
  const repositoryName = repository.slice(host.length);
  const isOwn = repository.startsWith(host) && repositoryName.startsWith(prefix);
  return isOwn && imageDigest !== undefined ? { repositoryName, imageDigest } : null;
}
