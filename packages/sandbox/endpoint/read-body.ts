// A request's body in memory, for the protocols that need it whole. S3 streams to disk instead.
import type { IncomingMessage } from "node:http";
import { gunzipSync } from "node:zlib";

/** CreateFunction with a 50 MB zip in base64 is the largest request a real endpoint takes. */
const MAX_BODY_BYTES = 80 * 1024 * 1024;

export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of request) {
    sizeBytes += chunk.length;
    if (sizeBytes > MAX_BODY_BYTES) throw new Error(`the body is over ${MAX_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  const body = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
  // CloudWatch's client compresses what is over 10 kB.
  return request.headers["content-encoding"] === "gzip"
    ? gunzipSync(body, { maxOutputLength: MAX_BODY_BYTES })
    : body;
}
