// The REST side of S3, path-style: signature, operation, input, then an answer in headers, XML or bytes.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Dispatcher } from "../endpoint/dispatcher.ts";
import type { Access } from "../iam/access.ts";
import { AwsError } from "../platform.ts";
import { CHECKSUM_PREFIX } from "./checksums.ts";
import { readInput } from "./read-input.ts";
import { operationOf, parseAddress } from "./request.ts";
import { verifySignature } from "./signature.ts";
import { document, errorDocument, type XmlFields } from "./xml.ts";

export type S3HttpParts = {
  dispatcher: Dispatcher;
  access: Pick<Access, "secretOf" | "principalOf">;
  now(): number;
  log(line: string): void;
};

type Output = Record<string, unknown>;

/** "Error responses" in the S3 API Reference; what is not here is 400. */
const STATUS: Record<string, number> = {
  PermanentRedirect: 301,
  NotModified: 304,
  AccessDenied: 403,
  InvalidAccessKeyId: 403,
  SignatureDoesNotMatch: 403,
  RequestTimeTooSkewed: 403,
  NoSuchBucket: 404,
  NoSuchKey: 404,
  BucketAlreadyOwnedByYou: 409,
  BucketNotEmpty: 409,
  PreconditionFailed: 412,
  InvalidRange: 416,
  InternalError: 500,
  NotImplemented: 501,
};

export function createS3Http(parts: S3HttpParts) {
  return async (request: IncomingMessage, response: ServerResponse, requestId: string): Promise<void> => {
    response.setHeader("x-amz-request-id", requestId);
    try {
      const { operation, output, query } = await perform(parts, request);
      await send(response, operation, output, query);
    } catch (error) {
      refuse(parts, request, response, requestId, error);
    }
  };
}

async function perform(parts: S3HttpParts, request: IncomingMessage) {
  const url = request.url ?? "/";
  const cut = url.indexOf("?");
  const rawPath = cut < 0 ? url : url.slice(0, cut);
  const query = new URLSearchParams(cut < 0 ? "" : url.slice(cut + 1).replaceAll("+", "%2B"));
  const headers = request.headers as Record<string, string | undefined>;
  const method = request.method ?? "GET";
  const accessKeyId = verifySignature(
    { method, rawPath, query, headers },
    parts.now(),
    parts.access.secretOf,
  );
  const principal = parts.access.principalOf(accessKeyId)!;
  const address = parseAddress(rawPath);
  const operation = operationOf(method, address, query, headers);
  const input = await readInput(operation, request, address, query);
  const output = (await parts.dispatcher.call("s3", operation, input, principal)) as Output | undefined;
  return { operation, output: output ?? {}, query };
}

async function send(
  response: ServerResponse,
  operation: string,
  output: Output,
  query: URLSearchParams,
): Promise<void> {
  if (operation === "GetObject" || operation === "HeadObject") {
    setObjectHeaders(response, output, query);
    response.writeHead(output.ContentRange ? 206 : 200);
    if (operation === "HeadObject") response.end();
    else await pipeline(output.Body as Readable, response).catch(() => response.destroy());
    return;
  }
  if (operation === "PutObject") setChecksums(response, output);
  if (output.ETag) response.setHeader("etag", output.ETag as string);
  if (output.Location) response.setHeader("location", output.Location as string);
  if (output.BucketRegion) response.setHeader("x-amz-bucket-region", output.BucketRegion as string);
  if (operation.startsWith("Delete") && operation !== "DeleteObjects") response.writeHead(204).end();
  else sendXml(response, 200, xmlOf(operation, output));
}

function setObjectHeaders(response: ServerResponse, output: Output, query: URLSearchParams): void {
  const headers: Record<string, unknown> = {
    "accept-ranges": "bytes",
    "content-length": output.ContentLength,
    "content-range": output.ContentRange,
    etag: output.ETag,
    "last-modified": (output.LastModified as Date).toUTCString(),
    "content-type": query.get("response-content-type") ?? output.ContentType,
    "content-encoding": output.ContentEncoding,
    "content-disposition": query.get("response-content-disposition") ?? output.ContentDisposition,
    "cache-control": query.get("response-cache-control") ?? output.CacheControl,
  };
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) response.setHeader(name, String(value));
  for (const [name, value] of Object.entries(output.Metadata as Record<string, string>))
    response.setHeader(`x-amz-meta-${name}`, value);
  setChecksums(response, output);
}

function setChecksums(response: ServerResponse, output: Output): void {
  for (const [name, value] of Object.entries(output))
    if (name.startsWith("Checksum"))
      response.setHeader(CHECKSUM_PREFIX + name.slice("Checksum".length).toLowerCase(), value as string);
}

function xmlOf(operation: string, output: Output): string {
  const fields = output as XmlFields;
  if (operation === "ListObjectsV2") return document("ListBucketResult", fields);
  if (operation === "ListBuckets")
    return document("ListAllMyBucketsResult", { Buckets: { Bucket: fields.Buckets as XmlFields[] } });
  if (operation === "DeleteObjects") return document("DeleteResult", fields);
  if (operation === "GetBucketNotificationConfiguration")
    return document("NotificationConfiguration", fields);
  return "";
}

function refuse(
  parts: S3HttpParts,
  request: IncomingMessage,
  response: ServerResponse,
  requestId: string,
  error: unknown,
): void {
  // What is left of an upload is read and forgotten, so that the sender gets to see the answer.
  request.unpipe();
  request.resume();
  if (request.errored || response.headersSent) {
    response.destroy();
    return;
  }
  const known = error instanceof AwsError ? error : new AwsError("InternalError", "The sandbox failed.");
  if (known !== error)
    parts.log(`s3: ${request.method} ${pathOf(request)}: ${(error as Error)?.stack ?? error}`);
  const code = known.code === "AccessDeniedException" ? "AccessDenied" : known.code;
  const status = STATUS[code] ?? 400;
  if (known.extra.Region) response.setHeader("x-amz-bucket-region", String(known.extra.Region));
  if (request.method === "HEAD" || status === 304) response.writeHead(status).end();
  else sendXml(response, status, errorDocument(code, known.message, requestId, known.extra));
}

/** Without the query: a presigned URL is a secret. */
function pathOf(request: IncomingMessage): string {
  return (request.url ?? "").split("?")[0]!;
}

function sendXml(response: ServerResponse, status: number, body: string): void {
  if (body) response.setHeader("content-type", "application/xml");
  response.writeHead(status, { "content-length": Buffer.byteLength(body) }).end(body);
}
