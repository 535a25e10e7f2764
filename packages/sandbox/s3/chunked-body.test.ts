import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { expect, test } from "vitest";
import { ChunkedBody } from "./chunked-body.ts";

const FRAMED = "5\r\nhello\r\n3;chunk-signature=ab\r\n, w\r\n0\r\nx-amz-checksum-crc32:AAAA==\r\n\r\n";

function decode(text: string, pieceBytes = text.length) {
  const pieces = text.match(new RegExp(`[^]{1,${pieceBytes}}`, "g")) ?? [];
  const decoded = new ChunkedBody();
  return { decoded, body: buffer(Readable.from(pieces.map((piece) => Buffer.from(piece))).pipe(decoded)) };
}

test("bytes come without their framing, wherever the chunks are cut", async () => {
  for (const pieceBytes of [1, 2, 3, 7, 100]) {
    const { decoded, body } = decode(FRAMED, pieceBytes);
    expect((await body).toString()).toBe("hello, w");
    expect(decoded.trailers).toEqual({ "x-amz-checksum-crc32": "AAAA==" });
  }
});

test("an empty body is one last chunk", async () => {
  expect((await decode("0\r\n\r\n").body).length).toBe(0);
});

test("a body that is cut off is an error", async () => {
  await expect(decode("5\r\nhel").body).rejects.toThrow("terminated unexpectedly");
});

test.each(["zz\r\n", "5\r\nhello!\r\n0\r\n\r\n", "0\r\nno colon\r\n\r\n"])(
  "%j is malformed",
  async (text) => {
    await expect(decode(text).body).rejects.toThrow("malformed");
  },
);
