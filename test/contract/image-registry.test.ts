// What stays in an app's own repository and what its rules take away, with the functions' own rights: no image that a release names ever
// goes, however often its version is built again.
import * as ecr from "@aws-sdk/client-ecr";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { holdOf } from "#core/domain/kept-image.ts";
import { elasticRegistry, type ImageRegistry } from "#functions/deps/image-registry.ts";
import { MANIFEST_TYPE, pushImage } from "#test/sandbox/push-image.ts";
import { aSandbox, type TestSandbox } from "#test/support/sandbox.ts";
import { asFunction, NAMES } from "./as-role.ts";

const DAY_MS = 86_400_000;
let sandbox: TestSandbox;
let client: ecr.ECRClient;
let registry: ImageRegistry;
beforeAll(async () => {
  sandbox = await aSandbox();
  client = new ecr.ECRClient(sandbox.config());
  registry = await registryOf("api");
});
afterAll(async () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  await sandbox.remove();
});

/** With that function's rights: a client reads them with its first call. */
async function registryOf(short: string): Promise<ImageRegistry> {
  const { endpoint, region, credentials } = await asFunction(sandbox, short);
  vi.stubEnv("AWS_ENDPOINT_URL", endpoint);
  vi.stubEnv("AWS_REGION", region);
  vi.stubEnv("AWS_ACCESS_KEY_ID", credentials.accessKeyId);
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", credentials.secretAccessKey);
  const made = elasticRegistry(NAMES.registry, NAMES.imageRepositoryPrefix);
  await made.digestOf(`${NAMES.imageRepositoryPrefix}none`, { tag: "none" });
  return made;
}

async function tagsIn(repositoryName: string): Promise<Record<string, string[]>> {
  const { imageDetails = [] } = await client.send(new ecr.DescribeImagesCommand({ repositoryName }));
  return Object.fromEntries(imageDetails.map((one) => [one.imageDigest, (one.imageTags ?? []).sort()]));
}

/** A policy is carried out when something is pushed. */
async function pushLater(name: string, tag: string, days: number): Promise<string> {
  vi.spyOn(sandbox.platform, "now").mockReturnValue(Date.now() + days * DAY_MS);
  return pushImage(client, name, tag, `${tag} after ${days} days`);
}

const nameOf = (repository: string) => repository.slice(NAMES.registry.length + 1);

test("an image without a tag goes after a week; one that a release names stays until its app lets it go", async () => {
  const repository = await registry.repositoryFor("shop");
  const name = nameOf(repository);
  const images: string[] = [];
  for (const content of ["one", "two", "three"]) {
    images.push(await pushImage(client, name, "v1", content));
    if (content === "one") expect(await registry.hold(`${repository}@${images[0]}`, "rel_1")).toBe(true);
  }
  const [one, two, three] = images as [string, string, string];
  expect(await registry.hold(`${repository}@${one}`, "rel_1")).toBe(true);
  const six = await pushLater(name, "v6", 6);
  const before = { [one]: [holdOf("rel_1")], [two]: [], [three]: ["v1"], [six]: ["v6"] };
  expect(await tagsIn(name)).toEqual(before);

  const eight = await pushLater(name, "v8", 8);
  const { [two]: _gone, ...after } = { ...before, [eight]: ["v8"] };
  expect(await tagsIn(name)).toEqual(after);
  expect(await registry.hold(`${repository}@${two}`, "rel_2")).toBe(false);

  // Of two releases that name one image, the second still needs it.
  expect(await registry.hold(`${repository}@${one}`, "rel_3")).toBe(true);
  const held = (releaseId: string) => ({ image: `${repository}@${one}`, releaseId });
  await registry.letGo([held("rel_1")]);
  await registry.letGo([held("rel_1")]);
  expect(await tagsIn(name)).toEqual({ ...after, [one]: [holdOf("rel_3")] });
  await registry.letGo([held("rel_3")]);
  const { [one]: _last, ...left } = after;
  expect(await tagsIn(name)).toEqual(left);
});

test("of a list of images for several processors all are kept with the list, by whoever hears of a push too", async () => {
  const repository = await registry.repositoryFor("many");
  const name = nameOf(repository);
  const one = await pushImage(client, name, undefined, "arm");
  const { imageDetails = [] } = await client.send(new ecr.DescribeImagesCommand({ repositoryName: name }));
  const asking = new ecr.BatchGetImageCommand({ repositoryName: name, imageIds: [{ imageDigest: one }] });
  const size = Buffer.byteLength((await client.send(asking)).images![0]!.imageManifest!);
  expect(imageDetails).toHaveLength(1);
  const mediaType = "application/vnd.oci.image.index.v1+json";
  const manifests = [{ mediaType: MANIFEST_TYPE, digest: one, size }];
  const imageManifest = JSON.stringify({ schemaVersion: 2, mediaType, manifests });
  const put = (imageTag: string) =>
    client.send(new ecr.PutImageCommand({ repositoryName: name, imageManifest, imageTag }));
  const list = (await put("v1")).image!.imageId!.imageDigest!;
  const events = await registryOf("events-image");
  expect(await events.hold(`${repository}@${list}`, "rel_1")).toBe(true);
  await client.send(
    new ecr.BatchDeleteImageCommand({ repositoryName: name, imageIds: [{ imageTag: "v1" }] }),
  );
  const later = await pushLater(name, "v2", 30);
  expect(await tagsIn(name)).toEqual({ [one]: [], [list]: [holdOf("rel_1")], [later]: ["v2"] });
});

test("a repository that was there keeps its rules, and an image elsewhere is its owner's to keep", async () => {
  const repositoryName = nameOf(await registry.repositoryFor("kept"));
  await client.send(new ecr.DeleteLifecyclePolicyCommand({ repositoryName }));
  await registry.repositoryFor("kept");
  await expect(client.send(new ecr.GetLifecyclePolicyCommand({ repositoryName }))).rejects.toMatchObject({
    name: "LifecyclePolicyNotFoundException",
  });
  const digest = `sha256:${"a".repeat(64)}`;
  for (const image of [`ghcr.io/team/shop@${digest}`, `${NAMES.registry}/team/shop@${digest}`]) {
    expect(await registry.hold(image, "rel_1")).toBe(true);
    await registry.letGo([{ image, releaseId: "rel_1" }]);
  }
});
