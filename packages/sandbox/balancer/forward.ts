// One request to one target and its answer back, streamed both ways. A pooled connection that the target closed before
// it answered anything is tried once more on a fresh one, as long as nothing of the body has been read: clients of an
// ALB never see that race. Everything else that breaks is a 502, silence a 504.
import { type ClientRequest, type IncomingMessage, request, type ServerResponse } from "node:http";
import { noteOutcome } from "./anomalies.ts";
import { hasBody, requestHeaders, responseHeaders, type Via } from "./headers.ts";
import { enter, IDLE_MILLISECONDS, type LiveTarget } from "./live-target.ts";
import { type Counts, countResponseTime, countStatus } from "./metrics.ts";

export type Exchange = {
  incoming: IncomingMessage;
  outgoing: ServerResponse;
  target: LiveTarget;
  address: string;
  via: Via;
  /** Of the balancer, the group and the target. */
  counts: Counts[];
};

export function forward(exchange: Exchange): void {
  const { outgoing, target } = exchange;
  let upstream: ClientRequest | undefined;
  const leave = enter(target, () => outgoing.destroy());
  // `close` comes after the last byte as well as after a broken connection, so the count is right in every case.
  outgoing.once("close", () => {
    leave();
    if (!outgoing.writableFinished) upstream?.destroy();
  });
  const attempt = (fresh: boolean) => {
    upstream = sendTo(exchange, fresh, () => attempt(true));
  };
  attempt(false);
}

function sendTo(exchange: Exchange, fresh: boolean, retry: () => void): ClientRequest {
  const { incoming, outgoing, target, address, via } = exchange;
  const body = hasBody(incoming.headers);
  let bodyRead = false;
  const sentAtMs = performance.now();
  const upstream = request({
    host: address,
    port: target.port,
    method: incoming.method,
    path: incoming.url,
    headers: requestHeaders(incoming.rawHeaders, via),
    agent: fresh ? false : target.agent,
    timeout: IDLE_MILLISECONDS,
  });
  upstream.on("response", (response) => {
    countResponseTime(exchange.counts, (performance.now() - sentAtMs) / 1_000);
    answer(exchange, response);
  });
  upstream.on("timeout", () => upstream.destroy(new IdleTimeout()));
  upstream.on("error", (error: NodeJS.ErrnoException) => {
    if (outgoing.destroyed) return;
    if (!fresh && upstream.reusedSocket && !bodyRead && !outgoing.headersSent && error.code !== "ETIMEDOUT")
      return retry();
    fail(exchange, error);
  });
  if (!body) upstream.end();
  else
    sendBody(incoming, upstream, () => {
      bodyRead = true;
    });
  return upstream;
}

/** On a pooled connection the headers go first: if it was closed meanwhile, that is known one turn of the event loop later. */
function sendBody(incoming: IncomingMessage, upstream: ClientRequest, begun: () => void): void {
  const begin = () => {
    if (upstream.destroyed) return;
    begun();
    incoming.pipe(upstream);
  };
  upstream.flushHeaders();
  upstream.once("socket", () => (upstream.reusedSocket ? setImmediate(begin) : begin()));
}

function answer({ outgoing, counts, target }: Exchange, response: IncomingMessage): void {
  const status = response.statusCode ?? 502;
  countStatus(counts, status);
  noteOutcome(target.recent, status >= 500);
  outgoing.sendDate = false;
  outgoing.writeHead(status, response.statusMessage, responseHeaders(response.rawHeaders));
  response.once("close", () => {
    if (response.complete || outgoing.destroyed) return;
    for (const one of counts) one.droppedByTarget++;
    noteOutcome(target.recent, true);
    outgoing.destroy();
  });
  response.pipe(outgoing);
}

class IdleTimeout extends Error {}

function fail({ outgoing, counts, target }: Exchange, error: NodeJS.ErrnoException): void {
  if (outgoing.headersSent) {
    outgoing.destroy();
    return;
  }
  noteOutcome(target.recent, true);
  const refused = error.syscall === "connect";
  for (const one of counts) one[refused ? "targetConnectionErrorCount" : "droppedByTarget"]++;
  for (const one of counts) one.elb5xx++;
  respond(outgoing, error instanceof IdleTimeout ? 504 : 502);
}

const TITLES: Record<number, string> = {
  502: "502 Bad Gateway",
  503: "503 Service Temporarily Unavailable",
  504: "504 Gateway Time-out",
};

/** An answer of the balancer itself. The body of the request was not read to its end, so the connection cannot be used again. */
export function respond(outgoing: ServerResponse, status: number): void {
  const page = errorPage(status);
  const keep = outgoing.req.complete || !hasBody(outgoing.req.headers);
  outgoing.writeHead(status, {
    server: "awselb/2.0",
    "content-type": "text/html",
    "content-length": page.length,
    // Otherwise Node decides: saying keep-alive to a client that asked to close would make its next request a 400.
    ...(keep ? {} : { connection: "close" }),
  });
  outgoing.end(page);
}

export function errorPage(status: number): string {
  return `<html><head><title>${TITLES[status]}</title></head><body><h1>${TITLES[status]}</h1></body></html>\n`;
}
