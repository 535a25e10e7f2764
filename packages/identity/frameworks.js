// How each framework hands a call over and takes a refusal. Node's own server, Express and Connect share one; Hono another;
// whatever is (Request) => Response a third; a Lambda function's plain handler behind a URL the fourth.
import { HEADER } from "./tokens.js";

const callers = new WeakMap();

/** Who makes this call: of Node's request, of Hono's context, of a Request, of a Lambda event. `null` on a path that is open. */
export function caller(call) {
  return callers.get(call) ?? null;
}

export function forConnect(check) {
  return (request, response, next) => {
    // Express cuts the mount path off `url`.
    const url = request.originalUrl ?? request.url;
    const verdict = check({ method: request.method, url, identity: request.headers[HEADER] });
    if (verdict.ok) {
      remember(request, verdict);
      return next();
    }
    const { status, headers, body } = refusal(verdict);
    response.writeHead(status, headers).end(body);
  };
}

export function forHono(check) {
  return async (context, next) => {
    const { req } = context;
    const verdict = check({ method: req.method, url: req.url, identity: req.header(HEADER) });
    if (!verdict.ok) return responseOf(verdict);
    remember(context, verdict);
    await next();
  };
}

export function forFetch(check) {
  return (handler) =>
    async (request, ...rest) => {
      const identity = request.headers.get(HEADER) ?? undefined;
      const verdict = check({ method: request.method, url: request.url, identity });
      if (!verdict.ok) return responseOf(verdict);
      remember(request, verdict);
      return handler(request, ...rest);
    };
}

/** Events of a function URL or an HTTP API, payload 2.0: header names come in lower case. */
export function forLambda(check) {
  return (handler) =>
    async (event, ...rest) => {
      const { method } = event.requestContext.http;
      const verdict = check({ method, url: event.rawPath, identity: event.headers[HEADER] });
      if (verdict.ok) {
        remember(event, verdict);
        return handler(event, ...rest);
      }
      const { status, headers, body } = refusal(verdict);
      return { statusCode: status, headers, body };
    };
}

function remember(call, verdict) {
  if (verdict.caller) callers.set(call, verdict.caller);
}

function responseOf(verdict) {
  const { status, headers, body } = refusal(verdict);
  return new Response(body, { status, headers });
}

/** RFC 9457; a 401 names its scheme (RFC 9110, 11.6.1). */
function refusal({ status, reason }) {
  const title = status === 401 ? "Who calls is not known" : "Not allowed to call";
  return {
    status,
    headers: {
      "content-type": "application/problem+json",
      ...(status === 401 ? { "www-authenticate": "Tutti-Identity" } : {}),
    },
    body: JSON.stringify({ type: "about:blank", title, status, detail: `${reason}.` }),
  };
}
