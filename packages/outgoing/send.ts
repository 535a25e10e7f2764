// One HTTP call to an address that somebody else named. A name is resolved once, every address it leads to is judged, and
// the connection goes to those very addresses, so that no resolver can say one thing to the check and another to the call.
// TLS is verified, no redirect is followed, no connection is kept, and both time and size are bounded.
import { type LookupAddress, type LookupOptions, lookup } from "node:dns";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { isIP } from "node:net";
import { type Allowance, NOTHING_PRIVATE } from "./allowance.ts";
import { literal } from "./closed-addresses.ts";

export type Outgoing = {
  url: string;
  method?: "GET" | "POST";
  headers?: Record<string, string>;
  body?: string;
  /** Of the whole call: name, connection, answer. */
  timeoutMs: number;
  /** Default: nothing private. */
  allowed?: Allowance;
  /** Of the answer's body, so many bytes are kept: its end. Default 4,096. */
  keepBytes?: number;
  /** Stops `send` before its time. */
  signal?: AbortSignal;
};

/** `truncated`: there was more before `body`, or the answer was too large to be read to its end. */
export type Answer = {
  status: number;
  headers: IncomingMessage["headers"];
  body: string;
  truncated: boolean;
};

/** refused: the address may not be called. timeout, unreachable: nobody answered. */
export type OutgoingProblem = "refused" | "timeout" | "unreachable";

export class OutgoingError extends Error {
  readonly problem: OutgoingProblem;

  constructor(problem: OutgoingProblem, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "OutgoingError";
    this.problem = problem;
  }
}

const KEEP_BYTES = 4096;
/** An answer that is longer is not read on. */
const MOST_BYTES = 1_048_576;

/** What can be said of a URL before it is called; `null` where nothing is wrong. A name is judged only when it is resolved. */
export function objectionTo(text: string, allowed: Allowance = NOTHING_PRIVATE): string | null {
  if (!URL.canParse(text)) return "is not an absolute URL";
  const url = new URL(text);
  if (url.protocol !== "https:" && url.protocol !== "http:") return "must begin with https://";
  if (url.username !== "" || url.password !== "") return "must not contain a user or password";
  if (url.hash !== "") return "must not have a fragment";
  const host = literal(url.hostname);
  if (isIP(host) === 0) return null;
  if (!allowed.opens(host, host)) return `leads to ${host}, which is not public`;
  if (url.protocol === "http:" && !allowed.names(host, host)) return "must begin with https://";
  return null;
}

/** Whatever the status, an answer is an answer. Throws `OutgoingError` whose message is a sentence about the URL. */
export async function send(outgoing: Outgoing): Promise<Answer> {
  const allowed = outgoing.allowed ?? NOTHING_PRIVATE;
  const why = objectionTo(outgoing.url, allowed);
  if (why !== null) throw new OutgoingError("refused", `${shown(outgoing.url)} ${why}`);
  const time = AbortSignal.timeout(outgoing.timeoutMs);
  const signal = outgoing.signal ? AbortSignal.any([time, outgoing.signal]) : time;
  try {
    return await call(new URL(outgoing.url), outgoing, allowed, signal);
  } catch (error) {
    if (error instanceof OutgoingError) throw error;
    throw problemOf(error as Error, outgoing, time.aborted);
  }
}

function problemOf(error: Error, { url, timeoutMs }: Outgoing, late: boolean): OutgoingError {
  if (late)
    return new OutgoingError("timeout", `${shown(url)} did not answer within ${timeoutMs / 1000} s`, error);
  return new OutgoingError("unreachable", `${shown(url)}: ${error.message}`, error);
}

/** Without its path and query, which may carry what is nobody's business. */
function shown(url: string): string {
  if (!URL.canParse(url)) return "The address";
  const { origin } = new URL(url);
  return origin;
}

function call(url: URL, outgoing: Outgoing, allowed: Allowance, signal: AbortSignal): Promise<Answer> {
  const ask = url.protocol === "http:" ? httpRequest : httpsRequest;
  const { body, keepBytes = KEEP_BYTES } = outgoing;
  const length = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
  const options = {
    method: outgoing.method ?? "POST",
    headers: { "user-agent": "tutti", ...outgoing.headers, ...length },
    // A connection of its own: a pooled one would not be looked up, and so not be judged.
    agent: false as const,
    lookup: judgedLookup(url, allowed),
    rejectUnauthorized: true,
    signal,
  };
  return new Promise((resolve, reject) => {
    const request = ask(url, options, (answer) => void endOf(answer, keepBytes).then(resolve, reject));
    request.on("error", reject);
    request.end(body);
  });
}

async function endOf(answer: IncomingMessage, keepBytes: number): Promise<Answer> {
  let kept = Buffer.alloc(0);
  let sizeBytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    const joined = Buffer.concat([kept, chunk]);
    kept = joined.subarray(Math.max(0, joined.length - keepBytes));
    // Leaving the loop closes the connection.
    if (sizeBytes > MOST_BYTES) break;
  }
  return {
    status: answer.statusCode ?? 0,
    headers: answer.headers,
    body: wholeCharacters(kept),
    truncated: sizeBytes > kept.length,
  };
}

/** The cut may have gone through a character: what is left of it is no text. */
function wholeCharacters(bytes: Buffer): string {
  let start = 0;
  while (start < Math.min(3, bytes.length) && (bytes[start]! & 0xc0) === 0x80) start += 1;
  return bytes.subarray(start).toString("utf8");
}

type Found = (error: Error | null, address: string | LookupAddress[], family?: number) => void;

/** One closed address among them refuses the name. */
function judgedLookup(url: URL, allowed: Allowance) {
  return (host: string, options: LookupOptions, done: Found): void => {
    lookup(host, { ...options, all: true }, (error, addresses) => {
      if (error) return done(error, []);
      const problem = addressProblem(url, host, addresses, allowed);
      if (problem !== null) return done(new OutgoingError("refused", `${shown(url.href)} ${problem}`), []);
      if (options.all) return done(null, addresses);
      return done(null, addresses[0]!.address, addresses[0]!.family);
    });
  };
}

function addressProblem(url: URL, host: string, found: LookupAddress[], allowed: Allowance): string | null {
  if (found.length === 0) return "leads to no address";
  const closed = found.find(({ address }) => !allowed.opens(host, address));
  if (closed) return `leads to ${closed.address}, which is not public`;
  const inside = found.every(({ address }) => allowed.names(host, address));
  return url.protocol === "http:" && !inside ? "must begin with https://" : null;
}
