// One HTTP call: a time-out on each attempt, and for GET another attempt, with growing and jittered pauses, where the
// network failed or the API asked for patience. What changes things is sent again only where the API refused it for its
// rate, before it did anything; any other outcome is the caller's to judge.
import { ClientError, type ProblemDocument, unreachable } from "./client-error.ts";

export type TransportOptions = {
  /** Where the API is, e.g. `http://127.0.0.1:4000`; `""` is the page's own origin. */
  url: string;
  token?: string;
  /** Says who calls; the API keeps it as a deployment's trigger. */
  client?: "cli" | "console";
  /** For each attempt; at least as long as the longest poll. */
  timeoutSeconds?: number;
  attempts?: number;
  fetch?: typeof fetch;
  pause?: (milliseconds: number) => Promise<void>;
  random?: () => number;
};

export type Sending = {
  method: string;
  path: string;
  query?: Record<string, string | number | boolean | undefined>;
  body?: unknown;
  idempotencyKey?: string;
  signal?: AbortSignal;
  /** Instead of the client's own. */
  attempts?: number;
};

const PATIENCE_STATUSES = new Set([429, 503]);
const LONGEST_PAUSE_MS = 5000;

export async function send(options: TransportOptions, sending: Sending): Promise<unknown> {
  const attempts = sending.attempts ?? options.attempts ?? 4;
  for (let attempt = 1; ; attempt++) {
    try {
      return await sendOnce(options, sending);
    } catch (error) {
      if (!isWorthAnother(error, sending) || attempt >= attempts || sending.signal?.aborted) throw error;
      const asked = Number(error.problem.retryAfterSeconds ?? 0) * 1000;
      const own = pauseMs(attempt, options.random ?? Math.random);
      await (options.pause ?? pause)(Math.min(LONGEST_PAUSE_MS, Math.max(own, asked)));
    }
  }
}

function isWorthAnother(error: unknown, { method }: Sending): error is ClientError {
  if (!(error instanceof ClientError)) return false;
  if (method !== "GET") return error.code === "rate_limited";
  return error.status === 0 || PATIENCE_STATUSES.has(error.status);
}

async function sendOnce(options: TransportOptions, sending: Sending): Promise<unknown> {
  const timeout = AbortSignal.timeout((options.timeoutSeconds ?? 30) * 1000);
  const signal = sending.signal ? AbortSignal.any([sending.signal, timeout]) : timeout;
  const request = {
    method: sending.method,
    headers: headersOf(options, sending),
    body: bodyOf(sending),
    signal,
  };
  let answer: Response;
  let text: string;
  try {
    answer = await (options.fetch ?? fetch)(urlOf(options.url, sending), request);
    text = await answer.text();
  } catch (error) {
    if (sending.signal?.aborted) throw error;
    throw unreachable(options.url, error);
  }
  if (!answer.ok) throw new ClientError(problemOf(answer, text));
  return text === "" ? undefined : parse(answer, text);
}

function headersOf(options: TransportOptions, sending: Sending): Record<string, string> {
  const headers: Record<string, string> = { accept: "application/json" };
  if (options.token) headers.authorization = `Bearer ${options.token}`;
  if (options.client) headers["x-tutti-client"] = options.client;
  if (sending.body !== undefined) headers["content-type"] = "application/json";
  if (sending.idempotencyKey) headers["idempotency-key"] = sending.idempotencyKey;
  return headers;
}

function bodyOf(sending: Sending): string | undefined {
  return sending.body === undefined ? undefined : JSON.stringify(sending.body);
}

function urlOf(base: string, { path, query }: Sending): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {}))
    if (value !== undefined) search.set(name, String(value));
  return `${base.replace(/\/+$/, "")}${path}${search.size > 0 ? `?${search}` : ""}`;
}

function problemOf(answer: Response, text: string): ProblemDocument {
  const plain = {
    status: answer.status,
    title: `The API answered ${answer.status} ${answer.statusText}`.trim(),
  };
  try {
    const document: unknown = JSON.parse(text);
    if (typeof document === "object" && document !== null)
      return { ...plain, ...document, status: answer.status };
  } catch {
    // Not ours: a proxy's page, perhaps. The status still says enough.
  }
  return plain;
}

function parse(answer: Response, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const detail = "What answered there is not the API of Tutti: it sent no JSON.";
    throw new ClientError({ status: answer.status, code: "unexpected_answer", detail }, cause);
  }
}

function pauseMs(attempt: number, random: () => number): number {
  return Math.min(LONGEST_PAUSE_MS, 150 * 2 ** attempt * (0.5 + random()));
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
