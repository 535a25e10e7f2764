// Puts bytes to a presigned address. Putting twice has the effect of once, so a hiccup is tried again.
import { ClientError, unreachable } from "#client/client-error.ts";

const TIMEOUT_MS = 10 * 60_000;
const ATTEMPTS = 3;

export async function upload(url: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await uploadOnce(url, bytes);
    } catch (error) {
      const hiccup = error instanceof ClientError && (error.status === 0 || error.status >= 500);
      if (!hiccup || attempt === ATTEMPTS) throw error;
      await new Promise((resolve) => setTimeout(resolve, 300 * attempt));
    }
  }
}

async function uploadOnce(url: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  const where = new URL(url).origin;
  let answer: Response;
  try {
    answer = await fetch(url, { method: "PUT", body: bytes, signal: AbortSignal.timeout(TIMEOUT_MS) });
    await answer.arrayBuffer();
  } catch (error) {
    throw unreachable(where, error);
  }
  if (answer.ok) return;
  // A 403 here is an address that ran out, not a token that may not: it must not read as "refused (auth)".
  const status = answer.status >= 500 ? answer.status : 422;
  const detail = `The upload to ${where} was answered ${answer.status} ${answer.statusText}.`;
  throw new ClientError({ title: "The upload failed.", status, code: "upload_failed", detail });
}
