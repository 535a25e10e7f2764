import type { IncomingMessage, ServerResponse } from "node:http";

/** An app of the same environment. */
export type Caller = { app: string; environment: string };

/** `identity`: of the header `tutti-identity`. `url`: whole, or a path; its query does not count. */
export type Call = { method: string; url: string; identity?: string | undefined };

/** 401: who calls is not known. 403: known, and not in `allow`. `caller` is `null` on a path that is open. */
export type Verdict =
  | { ok: true; caller: Caller | null }
  | { ok: false; status: 401 | 403; reason: string; caller?: string };

export type GuardOptions = {
  /** GET and HEAD of these paths need no identity. The health check's path never does. */
  open?: string[];
  /** Without TUTTI_ALLOW (the manifest says no `allow`, or it runs on a developer's machine): throw at once, the default, or let everyone in. */
  whenUnset?: "throw" | "pass";
  /** Told of every call that is refused, for the log. */
  onRefused?: (refused: Verdict & { method: string; path: string }) => void;
  /** Default: the process's own. */
  env?: Record<string, string | undefined>;
  /** Milliseconds since 1970. */
  now?: () => number;
};

export type Guard = {
  /** For whatever is not below. */
  check(call: Call): Verdict;
  /** Node's own server, Express, Connect. */
  connect(request: IncomingMessage, response: ServerResponse, next: () => unknown): void;
  /** Hono: `app.use(guard().hono)`. */
  hono(context: object, next: () => Promise<void>): Promise<Response | undefined>;
  /** Around `(Request) => Response`. */
  fetch<Rest extends unknown[]>(
    handler: (request: Request, ...rest: Rest) => Response | Promise<Response>,
  ): (request: Request, ...rest: Rest) => Promise<Response>;
  /** Around the handler of a function behind a URL (payload 2.0). */
  lambda<Event extends object, Rest extends unknown[], Answer>(
    handler: (event: Event, ...rest: Rest) => Answer | Promise<Answer>,
  ): (event: Event, ...rest: Rest) => Promise<Answer | { statusCode: number; headers: object; body: string }>;
};

/** Lets in who the manifest's `allow` names. Throws where TUTTI_ALLOW is not set, unless told otherwise. */
export function guard(options?: GuardOptions): Guard;

/** Who makes this call: of Node's request, of Hono's context, of a Request, of a Lambda event. */
export function caller(call: object): Caller | null;
