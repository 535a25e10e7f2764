// The registry of images on a judge: an app's repository is made once, and a tag is looked up as it is now.
import { DescribeRepositoriesCommand, ECRClient, PutImageCommand } from "@aws-sdk/client-ecr";
import { expect, test } from "vitest";
import { elasticRegistry } from "#functions/deps/image-registry.ts";

const HOST = "000000000000.dkr.ecr.us-east-1.amazonaws.com";
const ecr = new ECRClient({});
const registry = elasticRegistry(HOST, "orchestra/");

/** A list of no images, which needs no layers; `content` makes it a different one. */
async function put(repositoryName: string, imageTag: string, content: string): Promise<string> {
  const mediaType = "application/vnd.oci.image.index.v1+json";
  const annotations = { content };
  const imageManifest = JSON.stringify({ schemaVersion: 2, mediaType, manifests: [], annotations });
  const { image } = await ecr.send(new PutImageCommand({ repositoryName, imageManifest, imageTag }));
  // As the judge says it: moto's is not that of the manifest's bytes.
  return image!.imageId!.imageDigest!;
}

test("an app's repository is made once, with scan on push", async () => {
  const made = [await registry.repositoryFor("made"), await registry.repositoryFor("made")];
  expect(made).toEqual([`${HOST}/orchestra/made`, `${HOST}/orchestra/made`]);
  const repositoryNames = ["orchestra/made"];
  const { repositories } = await ecr.send(new DescribeRepositoriesCommand({ repositoryNames }));
  expect(repositories).toMatchObject([{ imageScanningConfiguration: { scanOnPush: true } }]);
});

test("a tag is the digest that it has now; what is not there is none", async () => {
  await registry.repositoryFor("tagged");
  const name = "orchestra/tagged";
  await put(name, "v1", "one");
  const second = await put(name, "v1", "two");
  expect(await registry.digestOf(name, { tag: "v1" })).toBe(second);
  expect(await registry.digestOf(name, { digest: second })).toBe(second);
  expect(await registry.digestOf(name, { tag: "v2" })).toBeNull();
  expect(await registry.digestOf("orchestra/none", { tag: "v1" })).toBeNull();
});
