// Elastic Container Registry, as its client sees it.
import { readdirSync } from "node:fs";
import * as ecr from "@aws-sdk/client-ecr";
import { expect, test, vi } from "vitest";
import { aRole, aSandbox, type TestSandbox } from "#test/support/sandbox.ts";
import { shared } from "#test/support/shared.ts";
import { digestOf, manifestOf, pushImage, uploadLayer } from "./push-image.ts";

let sandbox: TestSandbox;
let client: ecr.ECRClient;
shared(
  async () => {
    sandbox = await aSandbox();
    client = new ecr.ECRClient(sandbox.config());
  },
  () => sandbox?.remove(),
);

async function aRepository(repositoryName: string, more: Partial<ecr.CreateRepositoryRequest> = {}) {
  await client.send(new ecr.CreateRepositoryCommand({ repositoryName, ...more }));
  return repositoryName;
}

async function tagsIn(repositoryName: string): Promise<Record<string, string[]>> {
  const { imageDetails = [] } = await client.send(new ecr.DescribeImagesCommand({ repositoryName }));
  return Object.fromEntries(imageDetails.map((one) => [one.imageDigest, one.imageTags ?? []]));
}

test("a repository is made, described with its URI, tagged and deleted", async () => {
  const tags = [{ Key: "team", Value: "shop" }];
  const created = await client.send(
    new ecr.CreateRepositoryCommand({
      repositoryName: "team/shop",
      tags,
      imageScanningConfiguration: { scanOnPush: true },
    }),
  );
  expect(created.repository).toMatchObject({
    repositoryArn: "arn:aws:ecr:us-east-1:000000000000:repository/team/shop",
    repositoryUri: "000000000000.dkr.ecr.us-east-1.amazonaws.com/team/shop",
    imageTagMutability: "MUTABLE",
    imageScanningConfiguration: { scanOnPush: true },
  });
  const resourceArn = created.repository?.repositoryArn;
  await client.send(new ecr.TagResourceCommand({ resourceArn, tags: [{ Key: "stage", Value: "dev" }] }));
  expect((await client.send(new ecr.ListTagsForResourceCommand({ resourceArn }))).tags).toEqual([
    ...tags,
    { Key: "stage", Value: "dev" },
  ]);
  await expect(aRepository("team/shop")).rejects.toBeInstanceOf(ecr.RepositoryAlreadyExistsException);
  await expect(aRepository("Team")).rejects.toBeInstanceOf(ecr.InvalidParameterException);
  await client.send(new ecr.DeleteRepositoryCommand({ repositoryName: "team/shop" }));
  await expect(
    client.send(new ecr.DescribeRepositoriesCommand({ repositoryNames: ["team/shop"] })),
  ).rejects.toBeInstanceOf(ecr.RepositoryNotFoundException);
});

test("a pushed image is read back by tag and by digest, byte for byte, and the bus hears of it", async () => {
  const emit = vi.spyOn(sandbox.platform, "emit");
  const repositoryName = await aRepository("pushed");
  const digest = await pushImage(client, repositoryName, "1.0", "one");
  const read = async (imageId: ecr.ImageIdentifier) =>
    (await client.send(new ecr.BatchGetImageCommand({ repositoryName, imageIds: [imageId] }))).images?.[0];
  const byTag = await read({ imageTag: "1.0" });
  expect(digestOf(byTag?.imageManifest ?? "")).toBe(digest);
  expect(byTag?.imageId).toEqual({ imageDigest: digest, imageTag: "1.0" });
  expect((await read({ imageDigest: digest }))?.imageManifest).toBe(byTag?.imageManifest);
  expect(await read({ imageTag: "2.0" })).toBeUndefined();
  expect(emit).toHaveBeenCalledExactlyOnceWith("aws.ecr", "ECR Image Action", {
    result: "SUCCESS",
    "repository-name": "pushed",
    "image-digest": digest,
    "action-type": "PUSH",
    "image-tag": "1.0",
    "manifest-media-type": "application/vnd.oci.image.manifest.v1+json",
    "artifact-media-type": "application/vnd.oci.image.config.v1+json",
  });
  emit.mockRestore();
});

test("a layer is downloaded from its URL, and only with the URL's own claim", async () => {
  const repositoryName = await aRepository("layers");
  const bytes = Buffer.from("some bytes");
  const layerDigest = await uploadLayer(client, repositoryName, bytes);
  const ask = new ecr.GetDownloadUrlForLayerCommand({ repositoryName, layerDigest });
  const url = (await client.send(ask)).downloadUrl ?? "";
  const answer = await fetch(url);
  expect(Buffer.from(await answer.arrayBuffer())).toEqual(bytes);
  expect((await fetch(url.replace(/claim=.*/, ""))).status).toBe(403);
  expect((await fetch(url.replace(layerDigest, digestOf("other")))).status).toBe(403);
});

test("parts come in order, each in full, and what they make must have the promised digest", async () => {
  const repositoryName = await aRepository("parts");
  const begin = async () =>
    (await client.send(new ecr.InitiateLayerUploadCommand({ repositoryName }))).uploadId;
  const part = (uploadId: string | undefined, partFirstByte: number, layerPartBlob: Uint8Array) =>
    client.send(
      new ecr.UploadLayerPartCommand({
        repositoryName,
        uploadId,
        partFirstByte,
        partLastByte: partFirstByte + layerPartBlob.length - 1,
        layerPartBlob,
      }),
    );
  const complete = (uploadId: string | undefined, layerDigest: string) =>
    client.send(
      new ecr.CompleteLayerUploadCommand({ repositoryName, uploadId, layerDigests: [layerDigest] }),
    );
  const big = Buffer.alloc(5 * 1024 * 1024, 1);
  const small = Buffer.from("end");
  const upload = await begin();
  await expect(complete(upload, digestOf(""))).rejects.toBeInstanceOf(ecr.EmptyUploadException);
  await part(upload, 0, big);
  await expect(part(upload, 7, small)).rejects.toMatchObject({
    name: "InvalidLayerPartException",
    lastValidByteReceived: big.length - 1,
  });
  await part(upload, big.length, small);
  await expect(complete(upload, digestOf("other"))).rejects.toBeInstanceOf(ecr.InvalidLayerException);
  const layerDigest = digestOf(Buffer.concat([big, small]));
  await complete(upload, layerDigest);
  await expect(complete(upload, layerDigest)).rejects.toBeInstanceOf(ecr.UploadNotFoundException);
  const again = await begin();
  await part(again, 0, small);
  await part(again, small.length, small);
  await expect(complete(again, digestOf("endend"))).rejects.toBeInstanceOf(ecr.LayerPartTooSmallException);
});

test("an image whose layers are not there is refused", async () => {
  const repositoryName = await aRepository("incomplete");
  const imageManifest = manifestOf(Buffer.from("{}"), [Buffer.from("x")]);
  await expect(
    client.send(new ecr.PutImageCommand({ repositoryName, imageManifest, imageTag: "1" })),
  ).rejects.toBeInstanceOf(ecr.LayersNotFoundException);
  await expect(
    client.send(new ecr.PutImageCommand({ repositoryName, imageManifest: "no", imageTag: "1" })),
  ).rejects.toBeInstanceOf(ecr.InvalidParameterException);
});

test("a tag moves to the image that has it last, unless tags are immutable", async () => {
  await aRepository("moving");
  const [one, two] = [
    await pushImage(client, "moving", "v", "1"),
    await pushImage(client, "moving", "v", "2"),
  ];
  expect(await tagsIn("moving")).toEqual({ [one]: [], [two]: ["v"] });
  await expect(pushImage(client, "moving", "v", "2")).rejects.toBeInstanceOf(ecr.ImageAlreadyExistsException);
  await aRepository("fixed", { imageTagMutability: "IMMUTABLE" });
  await pushImage(client, "fixed", "v", "1");
  await expect(pushImage(client, "fixed", "v", "2")).rejects.toBeInstanceOf(
    ecr.ImageTagAlreadyExistsException,
  );
});

test("an image goes with its last tag, and its bytes with the last repository that has them", async () => {
  const layers = () => readdirSync(`${sandbox.directory}/ecr/layers/sha256`).length;
  const before = layers();
  for (const name of ["deleted", "kept"]) await pushImage(client, await aRepository(name), "a", "shared");
  const digest = await pushImage(client, "deleted", "b", "shared");
  const remove = (repositoryName: string, imageId: ecr.ImageIdentifier) =>
    client.send(new ecr.BatchDeleteImageCommand({ repositoryName, imageIds: [imageId] }));
  await remove("deleted", { imageTag: "a" });
  expect(await tagsIn("deleted")).toEqual({ [digest]: ["b"] });
  expect((await remove("deleted", { imageTag: "a" })).failures).toMatchObject([
    { failureCode: "ImageNotFound" },
  ]);
  await expect(
    client.send(new ecr.DeleteRepositoryCommand({ repositoryName: "deleted" })),
  ).rejects.toBeInstanceOf(ecr.RepositoryNotEmptyException);
  await remove("deleted", { imageDigest: digest });
  expect(await tagsIn("deleted")).toEqual({});
  expect(layers()).toBe(before + 2);
  await client.send(new ecr.DeleteRepositoryCommand({ repositoryName: "kept", force: true }));
  expect(layers()).toBe(before);
});

test("a lifecycle policy expires images as they are pushed", async () => {
  const repositoryName = await aRepository("expiring");
  await expect(client.send(new ecr.GetLifecyclePolicyCommand({ repositoryName }))).rejects.toBeInstanceOf(
    ecr.LifecyclePolicyNotFoundException,
  );
  const selection = { tagStatus: "any", countType: "imageCountMoreThan", countNumber: 2 };
  const lifecyclePolicyText = JSON.stringify({
    rules: [{ rulePriority: 1, selection, action: { type: "expire" } }],
  });
  await client.send(new ecr.PutLifecyclePolicyCommand({ repositoryName, lifecyclePolicyText }));
  const digests: string[] = [];
  for (const tag of ["1", "2", "3"]) {
    digests.push(await pushImage(client, repositoryName, tag, tag));
    vi.spyOn(sandbox.platform, "now").mockReturnValue(Date.now() + 1000 * digests.length);
  }
  vi.restoreAllMocks();
  expect(await tagsIn(repositoryName)).toEqual({ [digests[1]!]: ["2"], [digests[2]!]: ["3"] });
});

test("a password from GetAuthorizationToken signs in, another one does not", async () => {
  const { authorizationData = [] } = await client.send(new ecr.GetAuthorizationTokenCommand({}));
  const token = authorizationData[0]?.authorizationToken ?? "";
  expect(Buffer.from(token, "base64").toString()).toMatch(/^AWS:/);
  const signIn = async (basic: string) => {
    const url = `http://${sandbox.platform.addressFor("ecr")}:5000/v2/`;
    return (await fetch(url, { headers: { authorization: `Basic ${basic}` } })).status;
  };
  expect(await signIn(token)).toBe(200);
  expect(await signIn(Buffer.from("AWS:guess").toString("base64"))).toBe(401);
});

test("a role pushes to the repositories that its policy names, and to no other", async () => {
  for (const name of ["mine/app", "theirs/app"]) await aRepository(name);
  const Resource = "arn:aws:ecr:us-east-1:000000000000:repository/mine/*";
  const role = await aRole(sandbox, "pusher", [{ Action: "ecr:*", Resource }]);
  const pusher = new ecr.ECRClient(sandbox.config(role));
  await pushImage(pusher, "mine/app", "1", "mine");
  await expect(pushImage(pusher, "theirs/app", "1", "mine")).rejects.toMatchObject({
    name: "AccessDeniedException",
  });
});

test("images, tags and layers outlive a restart", async () => {
  const own = await aSandbox();
  const before = new ecr.ECRClient(own.config());
  await before.send(new ecr.CreateRepositoryCommand({ repositoryName: "lasting" }));
  const imageDigest = await pushImage(before, "lasting", "1", "x");
  await own.stop();
  const again = await aSandbox({ directory: own.directory });
  const after = new ecr.ECRClient(again.config());
  const found = await after.send(new ecr.DescribeImagesCommand({ repositoryName: "lasting" }));
  expect(found.imageDetails).toMatchObject([{ imageDigest, imageTags: ["1"] }]);
  const layerDigest = digestOf("layer of x");
  const ask = new ecr.GetDownloadUrlForLayerCommand({ repositoryName: "lasting", layerDigest });
  const { downloadUrl = "" } = await after.send(ask);
  expect(await (await fetch(downloadUrl)).text()).toBe("layer of x");
  await again.remove();
});
