// From a REST request to an operation's input. Upload bodies stay streams: they are never in memory as a whole.
import type { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import { readBody } from "../endpoint/read-body.ts";
import { AwsError } from "../platform.ts";
import { CHECKSUM_PREFIX } from "./checksums.ts";
import { ChunkedBody } from "./chunked-body.ts";
import type { PutObjectInput } from "./objects.ts";
import type { Address } from "./request.ts";
import type { Promised } from "./upload.ts";
import { readDelete, readNotification } from "./xml.ts";

type Headers = Record<string, string | undefined>;

export async function readInput(
  operation: string,
  request: IncomingMessage,
  { bucket, key }: Address,
  query: URLSearchParams,
): Promise<Record<string, unknown>> {
  const headers = withHoisted(request.headers as Headers, query);
  const addressed = { Bucket: bucket, Key: key };
  switch (operation) {
    case "PutObject":
      return { ...addressed, ...readUpload(request, headers) };
    case "GetObject":
    case "HeadObject":
      return {
        ...addressed,
        Range: headers.range,
        IfMatch: headers["if-match"],
        IfNoneMatch: headers["if-none-match"],
        ChecksumMode: headers["x-amz-checksum-mode"],
      };
    case "ListObjectsV2":
      return { Bucket: bucket, ...readListing(query) };
    case "DeleteObjects":
      return { Bucket: bucket, Delete: readDelete((await readBody(request)).toString("utf8")) };
    case "PutBucketNotificationConfiguration":
      return {
        Bucket: bucket,
        NotificationConfiguration: readNotification((await readBody(request)).toString("utf8")),
      };
    default:
      return addressed;
  }
}

/**
 * A presigned URL carries what would be `x-amz-` headers in its query. Checksums there are ignored, as S3 does: the
 * JavaScript SDK presigns that of an empty body (localstack/localstack#12169, ministackorg/ministack#1695).
 */
function withHoisted(headers: Headers, query: URLSearchParams): Headers {
  const hoisted = [...query].filter(
    ([name]) => name.startsWith("x-amz-") && !name.startsWith(CHECKSUM_PREFIX),
  );
  return { ...Object.fromEntries(hoisted), ...headers };
}

function readListing(query: URLSearchParams) {
  const maxKeys = query.get("max-keys");
  return {
    Prefix: query.get("prefix") ?? undefined,
    Delimiter: query.get("delimiter") ?? undefined,
    MaxKeys: maxKeys === null ? undefined : Number(maxKeys),
    StartAfter: query.get("start-after") ?? undefined,
    ContinuationToken: query.get("continuation-token") ?? undefined,
  };
}

function readUpload(request: IncomingMessage, headers: Headers): Omit<PutObjectInput, "Bucket" | "Key"> {
  const payload = headers["x-amz-content-sha256"] ?? "UNSIGNED-PAYLOAD";
  const encodings = (headers["content-encoding"] ?? "").split(",").map((encoding) => encoding.trim());
  const chunked = payload.startsWith("STREAMING-") || encodings.includes("aws-chunked");
  const { body, trailers } = chunked ? unchunk(request) : { body: request, trailers: {} };
  const contentEncoding = encodings.filter((encoding) => encoding && encoding !== "aws-chunked").join(",");
  return {
    Body: body,
    ContentType: headers["content-type"],
    ContentEncoding: contentEncoding || undefined,
    ContentDisposition: headers["content-disposition"],
    CacheControl: headers["cache-control"],
    Metadata: readMetadata(headers),
    IfMatch: headers["if-match"],
    IfNoneMatch: headers["if-none-match"],
    promised: readPromised(headers, trailers),
    payloadSha256: /^[0-9a-f]{64}$/.test(payload) ? payload : undefined,
  };
}

function unchunk(request: IncomingMessage): { body: Readable; trailers: Record<string, string> } {
  const decoded = new ChunkedBody();
  request.once("error", (error) => decoded.destroy(error));
  return { body: request.pipe(decoded), trailers: decoded.trailers };
}

function readPromised(headers: Headers, trailers: Record<string, string>): Promised[] {
  const promised: Promised[] = [];
  const md5 = headers["content-md5"];
  if (md5) promised.push({ algorithm: "md5", code: "BadDigest", expected: () => md5 });
  for (const [name, value] of Object.entries(headers))
    if (name.startsWith(CHECKSUM_PREFIX) && !/-(mode|type|algorithm)$/.test(name))
      promised.push({
        algorithm: name.slice(CHECKSUM_PREFIX.length),
        code: "BadDigest",
        expected: () => value,
      });
  for (const name of (headers["x-amz-trailer"] ?? "").split(",").map((part) => part.trim().toLowerCase()))
    if (name.startsWith(CHECKSUM_PREFIX))
      promised.push({
        algorithm: name.slice(CHECKSUM_PREFIX.length),
        code: "BadDigest",
        expected: () => trailers[name] ?? missing(name),
      });
  return promised;
}

function missing(name: string): never {
  throw new AwsError("MalformedTrailerError", `The trailer ${name} was announced and did not come.`);
}

function readMetadata(headers: Headers): Record<string, string> {
  const prefix = "x-amz-meta-";
  const entries = Object.entries(headers).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(entries.map(([name, value]) => [name.slice(prefix.length), value ?? ""]));
}
