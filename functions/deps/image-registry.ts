// The registry of images, Elastic Container Registry: an app's own repository, and what a tag stands for now.
import { CreateRepositoryCommand, DescribeImagesCommand, ECRClient } from "@aws-sdk/client-ecr";
import { awsOptions } from "./aws-options.ts";

export type ImageRegistry = {
  /** Whose tags can be looked up: `123456789012.dkr.ecr.eu-central-1.amazonaws.com`. */
  host: string;
  /** Makes the app's repository where it is not there yet; answers its name with the host, without a tag. */
  repositoryFor(app: string): Promise<string>;
  /** `sha256:…`, or `null` where there is no such image. `name`: of the repository, without the host. */
  digestOf(name: string, image: { tag: string } | { digest: string }): Promise<string | null>;
};

export function elasticRegistry(host: string, repositoryPrefix: string): ImageRegistry {
  const ecr = new ECRClient(awsOptions());
  return {
    host,
    async repositoryFor(app) {
      const repositoryName = `${repositoryPrefix}${app}`;
      const command = new CreateRepositoryCommand({
        repositoryName,
        imageScanningConfiguration: { scanOnPush: true },
        tags: [{ Key: "tutti:app", Value: app }],
      });
      await ecr.send(command).catch((error: Error) => {
        if (error.name !== "RepositoryAlreadyExistsException") throw error;
      });
      return `${host}/${repositoryName}`;
    },
    async digestOf(repositoryName, image) {
      const id = "tag" in image ? { imageTag: image.tag } : { imageDigest: image.digest };
      try {
        const command = new DescribeImagesCommand({ repositoryName, imageIds: [id] });
        return (await ecr.send(command)).imageDetails?.[0]?.imageDigest ?? null;
      } catch (error) {
        const gone = ["ImageNotFoundException", "RepositoryNotFoundException"];
        if (gone.includes((error as Error).name)) return null;
        throw error;
      }
    },
  };
}
