// The proxy beside a task, for one endpoint: what ECS has Envoy do there. A connection that fails is tried on another host;
// what has reached a host is never sent twice. The server's own proxy, which on AWS stands in front of its port, is left out.
import {
  createServer as createHttpServer,
  type IncomingMessage,
  request,
  type ServerResponse,
} from "node:http";
import { connect, createServer, type Server, type Socket } from "node:net";
import { endToEnd, hasBody, responseHeaders } from "../../balancer/headers.ts";
import type { Host, Hosts } from "./hosts.ts";
import type { Endpoint } from "./model.ts";

/** Developer guide, "Service Connect concepts", retries; Envoy's own default beside them (RetryPolicy, num_retries). */
const ATTEMPTS = 3;
const CONNECT_MILLISECONDS = 5_000;

export type Proxy = { close(): void };

export async function openProxy(
  address: string,
  endpoint: Pick<Endpoint, "port" | "protocol" | "requestSeconds">,
  hosts: Hosts,
): Promise<Proxy> {
  const open = new Set<Socket>();
  const server: Server =
    endpoint.protocol === "http"
      ? createHttpServer((incoming, outgoing) => passOn({ incoming, outgoing, hosts, ...endpoint }))
      : createServer((socket) => join(socket, hosts));
  server.on("connection", (socket: Socket) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(endpoint.port, address, resolve);
  });
  server.unref();
  return {
    close() {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}

type Exchange = {
  incoming: IncomingMessage;
  outgoing: ServerResponse;
  hosts: Hosts;
  requestSeconds: number;
};

function passOn(exchange: Exchange): void {
  const { outgoing, requestSeconds } = exchange;
  outgoing.on("error", () => {});
  const late = setTimeout(() => say(outgoing, 504, "upstream request timeout"), requestSeconds * 1_000);
  if (requestSeconds === 0) clearTimeout(late);
  outgoing.once("close", () => clearTimeout(late));
  attempt(exchange, 1);
}

function attempt(exchange: Exchange, number: number, before?: Host): void {
  const { incoming, outgoing, hosts } = exchange;
  const host = hosts.next(before?.id);
  if (!host) {
    say(outgoing, 503, "no healthy upstream");
    return;
  }
  const upstream = request({
    host: host.address,
    port: host.port,
    method: incoming.method,
    path: incoming.url,
    headers: endToEnd(incoming.rawHeaders),
    agent: false,
  });
  let connected = false;
  const patience = setTimeout(() => upstream.destroy(new Error("connect timed out")), CONNECT_MILLISECONDS);
  upstream.once("socket", (socket) =>
    socket.once("connect", () => {
      connected = true;
      clearTimeout(patience);
      if (hasBody(incoming.headers)) incoming.pipe(upstream);
      else upstream.end();
    }),
  );
  upstream.on("response", (response) => {
    if (outgoing.headersSent) {
      response.destroy();
      return;
    }
    outgoing.writeHead(response.statusCode!, response.statusMessage, responseHeaders(response.rawHeaders));
    response.once("close", () => response.complete || outgoing.destroy());
    response.pipe(outgoing);
  });
  upstream.on("error", () => {
    clearTimeout(patience);
    if (outgoing.destroyed) return;
    hosts.failed(host.id);
    if (!connected && number < ATTEMPTS && !outgoing.headersSent) attempt(exchange, number + 1, host);
    else say(outgoing, 503, "upstream connect error or disconnect/reset before headers");
  });
  // With the last byte there is nothing left to stop, but after an answer of the proxy's own there is.
  outgoing.once("close", () => upstream.destroy());
}

/** In Envoy's own words, which clients see. */
function say(outgoing: ServerResponse, status: number, text: string): void {
  if (outgoing.headersSent) {
    outgoing.destroy();
    return;
  }
  outgoing.writeHead(status, { "content-type": "text/plain", server: "envoy", connection: "close" });
  outgoing.end(text);
}

function join(socket: Socket, hosts: Hosts, number = 1, before?: Host): void {
  const host = hosts.next(before?.id);
  if (!host) {
    socket.destroy();
    return;
  }
  const upstream = connect({ host: host.address, port: host.port });
  let connected = false;
  socket.on("error", () => upstream.destroy());
  socket.once("close", () => upstream.destroy());
  upstream.once("connect", () => {
    connected = true;
    socket.pipe(upstream).pipe(socket);
  });
  upstream.on("error", () => {
    if (connected || number === ATTEMPTS) {
      socket.destroy();
      return;
    }
    hosts.failed(host.id);
    join(socket, hosts, number + 1, host);
  });
  upstream.once("close", () => connected && socket.destroy());
}
