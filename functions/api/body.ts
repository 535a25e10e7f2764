// Reads a request's body: bounded to 1 MB whether or not the client said how long it is, and JSON or nothing.
import { TuttiError } from "#core/errors.ts";

const LIMIT_BYTES = 1_048_576;

/** The bytes as they were sent; `body_too_large` as soon as they are known to be more than 1 MB. */
export async function readBody(request: Request): Promise<Uint8Array> {
  if (Number(request.headers.get("content-length") ?? 0) > LIMIT_BYTES) throw tooLarge();
  if (request.body === null) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of request.body as unknown as AsyncIterable<Uint8Array>) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > LIMIT_BYTES) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The value of a JSON text; `undefined` for an empty one. */
export function parseJson(text: string): unknown {
  if (text.trim() === "") return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new TuttiError("malformed_body", `The body is not valid JSON: ${(cause as Error).message}`, {
      cause,
    });
  }
}

export function decodeBody(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new TuttiError("malformed_body", "The body is not valid UTF-8.", { cause });
  }
}

function tooLarge(): TuttiError {
  return new TuttiError("body_too_large", `The body is larger than ${LIMIT_BYTES} bytes.`);
}
