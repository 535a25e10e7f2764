// S3 with unchanged clients and with plain HTTP: uploads of every framing, presigned URLs, events.
import { createHash, randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import * as s3 from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { expect, test, vi } from "vitest";
import { aRole, aSandbox, type TestSandbox } from "#test/support/sandbox.ts";
import { shared } from "#test/support/shared.ts";

const Bucket = "artifacts";
let sandbox: TestSandbox;
let client: s3.S3Client;
shared(
  async () => {
    sandbox = await aSandbox();
    client = new s3.S3Client(sandbox.config());
    await client.send(new s3.CreateBucketCommand({ Bucket }));
  },
  () => sandbox?.remove(),
);

async function put(Key: string, Body: s3.PutObjectCommandInput["Body"], more: object = {}) {
  return client.send(new s3.PutObjectCommand({ Bucket, Key, Body, ...more }));
}

async function get(Key: string, more: object = {}) {
  const object = await client.send(new s3.GetObjectCommand({ Bucket, Key, ...more }));
  return { ...object, text: await object.Body?.transformToString() };
}

test("an object keeps its bytes, type, metadata and odd key", async () => {
  const Key = "a b/ü+(1)'*!.txt";
  await put(Key, "hello", { ContentType: "text/plain", Metadata: { author: "me" } });
  const object = await get(Key);
  expect(object).toMatchObject({
    text: "hello",
    ContentType: "text/plain",
    Metadata: { author: "me" },
    ETag: `"${createHash("md5").update("hello").digest("hex")}"`,
    ContentLength: 5,
  });
});

test("a stream of unknown framing arrives byte for byte", async () => {
  const parts = [randomBytes(100_000), randomBytes(70_001), randomBytes(1)];
  const stored = await put("stream", Readable.from(parts), { ContentLength: 170_002 });
  const object = await client.send(new s3.GetObjectCommand({ Bucket, Key: "stream" }));
  expect(Buffer.from((await object.Body?.transformToByteArray()) ?? [])).toEqual(Buffer.concat(parts));
  expect(object.ChecksumCRC32).toBe(stored.ChecksumCRC32);
});

test.each(["CRC32", "CRC32C", "SHA1", "SHA256"] as const)("a trailing %s is verified", async (algorithm) => {
  await put(algorithm, Readable.from([Buffer.from("streamed")]), {
    ContentLength: 8,
    ChecksumAlgorithm: algorithm,
  });
  expect((await get(algorithm)).text).toBe("streamed");
});

test("bytes that are not what was promised are refused and not kept", async () => {
  const wrong = createHash("sha256").update("other").digest("base64");
  await expect(put("wrong", "body", { ChecksumSHA256: wrong })).rejects.toMatchObject({ name: "BadDigest" });
  await expect(get("wrong")).rejects.toBeInstanceOf(s3.NoSuchKey);
});

test("a part of an object is read by its range", async () => {
  await put("range", "0123456789");
  expect(await get("range", { Range: "bytes=2-4" })).toMatchObject({
    text: "234",
    ContentRange: "bytes 2-4/10",
  });
  await expect(get("range", { Range: "bytes=10-" })).rejects.toMatchObject({ name: "InvalidRange" });
});

test("the SDK's iterator lists everything once", async () => {
  for (let n = 0; n < 5; n++) await put(`list/${n}`, "x");
  const keys: (string | undefined)[] = [];
  for await (const page of s3.paginateListObjectsV2({ client, pageSize: 2 }, { Bucket, Prefix: "list/" }))
    keys.push(...(page.Contents ?? []).map((object) => object.Key));
  expect(keys).toEqual(["list/0", "list/1", "list/2", "list/3", "list/4"]);
});

test("what is not there is told apart: bucket, key, head", async () => {
  await expect(get("none")).rejects.toBeInstanceOf(s3.NoSuchKey);
  await expect(client.send(new s3.HeadObjectCommand({ Bucket, Key: "none" }))).rejects.toBeInstanceOf(
    s3.NotFound,
  );
  await expect(client.send(new s3.HeadBucketCommand({ Bucket: "no-such" }))).rejects.toBeInstanceOf(
    s3.NotFound,
  );
  const list = client.send(new s3.ListObjectsV2Command({ Bucket: "no-such" }));
  await expect(list).rejects.toBeInstanceOf(s3.NoSuchBucket);
});

test("a key that is taken stays where the writer asked for a new one", async () => {
  await put("once", "1", { IfNoneMatch: "*" });
  await expect(put("once", "2", { IfNoneMatch: "*" })).rejects.toMatchObject({ name: "PreconditionFailed" });
  expect((await get("once")).text).toBe("1");
});

test("a presigned URL takes the bytes of anybody who has it, and only there", async () => {
  const url = await getSignedUrl(client, new s3.PutObjectCommand({ Bucket, Key: "signed" }), {
    expiresIn: 60,
  });
  expect((await fetch(url, { method: "PUT", body: "by URL" })).status).toBe(200);
  expect((await get("signed")).text).toBe("by URL");
  const elsewhere = await fetch(url.replace("/signed?", "/other?"), { method: "PUT", body: "x" });
  expect([elsewhere.status, await elsewhere.text()]).toEqual([
    403,
    expect.stringContaining("SignatureDoesNotMatch"),
  ]);
  const method = await fetch(url, { method: "GET" });
  expect(method.status).toBe(403);
});

test("a client that is only told the endpoint finds the bucket", async () => {
  const { forcePathStyle: _told, ...config } = sandbox.config();
  const plain = new s3.S3Client(config);
  await plain.send(new s3.PutObjectCommand({ Bucket, Key: "plain", Body: "x" }));
  const url = await getSignedUrl(plain, new s3.GetObjectCommand({ Bucket, Key: "plain" }), { expiresIn: 60 });
  expect(await (await fetch(url)).text()).toBe("x");
});

test("a presigned URL is worth nothing once its time is over", async () => {
  await put("late", "x");
  const longAgo = new Date(Date.now() - 61_000);
  const command = new s3.GetObjectCommand({ Bucket, Key: "late" });
  const url = await getSignedUrl(client, command, { expiresIn: 60, signingDate: longAgo });
  const answer = await fetch(url);
  expect(answer.status).toBe(403);
  expect(await answer.text()).toContain("<Code>AccessDenied</Code><Message>Request has expired</Message>");
  const longer = url.replace("X-Amz-Expires=60", "X-Amz-Expires=600");
  expect(await (await fetch(longer)).text()).toContain("SignatureDoesNotMatch");
});

test("a presigned URL can do what its signer can", async () => {
  const role = await aRole(sandbox, "releases-only", [
    { Action: "s3:PutObject", Resource: `arn:aws:s3:::${Bucket}/releases/*` },
  ]);
  const signer = new s3.S3Client(sandbox.config(role));
  const send = async (Key: string) => {
    const url = await getSignedUrl(signer, new s3.PutObjectCommand({ Bucket, Key }), { expiresIn: 60 });
    return fetch(url, { method: "PUT", body: "x" });
  };
  expect((await send("releases/a")).status).toBe(200);
  const refused = await send("uploads/a");
  expect(refused.status).toBe(403);
  expect(await refused.text()).toContain(`s3:PutObject on resource: arn:aws:s3:::${Bucket}/uploads/a`);
});

test("whether a key exists is told only to those who may list", async () => {
  const role = await aRole(sandbox, "blind", [{ Action: "s3:GetObject", Resource: "*" }]);
  const blind = new s3.S3Client(sandbox.config(role));
  const read = blind.send(new s3.GetObjectCommand({ Bucket, Key: "no-such-key" }));
  await expect(read).rejects.toMatchObject({ name: "AccessDenied" });
});

test("an upload is announced on the event bus, where the bucket is told to", async () => {
  const emit = vi.spyOn(sandbox.platform, "emit");
  await put("quiet", "x");
  expect(emit).not.toHaveBeenCalled();
  const NotificationConfiguration = { EventBridgeConfiguration: {} };
  await client.send(new s3.PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration }));
  await put("loud/ü", "12345");
  expect(emit).toHaveBeenCalledExactlyOnceWith(
    "aws.s3",
    "Object Created",
    expect.objectContaining({
      bucket: { name: Bucket },
      object: expect.objectContaining({ key: "loud/ü", size: 5, etag: "827ccb0eea8a706c4c34a16891f84e7b" }),
      reason: "PutObject",
    }),
    [`arn:aws:s3:::${Bucket}`],
  );
  emit.mockRestore();
});

test("a bucket with objects is not deleted, an empty one is", async () => {
  await client.send(new s3.PutObjectCommand({ Bucket, Key: "keeps-it", Body: "x" }));
  await expect(client.send(new s3.DeleteBucketCommand({ Bucket }))).rejects.toMatchObject({
    name: "BucketNotEmpty",
  });
  await client.send(new s3.CreateBucketCommand({ Bucket: "empty-one" }));
  await client.send(new s3.DeleteBucketCommand({ Bucket: "empty-one" }));
  await expect(client.send(new s3.HeadBucketCommand({ Bucket: "empty-one" }))).rejects.toBeInstanceOf(
    s3.NotFound,
  );
});
