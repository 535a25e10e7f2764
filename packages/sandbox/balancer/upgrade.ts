// WebSockets and other upgrades: after the target's 101 the two connections are one, and in flight until either closes.
import { type IncomingMessage, request, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { requestHeaders, type Via } from "./headers.ts";
import { enter, IDLE_MILLISECONDS, type LiveTarget } from "./live-target.ts";
import { type Counts, countStatus } from "./metrics.ts";

export type UpgradeExchange = {
  incoming: IncomingMessage;
  socket: Duplex;
  head: Buffer;
  target: LiveTarget;
  address: string;
  via: Via;
  counts: Counts[];
};

export function forwardUpgrade(exchange: UpgradeExchange): void {
  const { incoming, socket, target, address, via, counts } = exchange;
  const leave = enter(target, () => socket.destroy());
  socket.once("close", leave);
  socket.on("error", () => socket.destroy());
  const upstream = request({
    host: address,
    port: target.port,
    method: incoming.method,
    path: incoming.url,
    headers: requestHeaders(incoming.rawHeaders, via, incoming.headers.upgrade),
    agent: false,
    timeout: IDLE_MILLISECONDS,
  });
  upstream.on("upgrade", (response, other, rest) => {
    countStatus(counts, 101);
    socket.write(head(response));
    if (rest.length > 0) socket.write(rest);
    join(socket, other, exchange.head);
  });
  // Refused by the target: its answer goes back as it is, and the connection ends with it.
  upstream.on("response", (response) => {
    countStatus(counts, response.statusCode ?? 502);
    socket.write(head(response, ["Connection", "close"]));
    response.pipe(socket);
  });
  upstream.on("timeout", () => upstream.destroy());
  upstream.on("error", () => {
    for (const one of counts) one.elb5xx++;
    refuseUpgrade(socket, 502);
  });
  upstream.end();
}

function join(socket: Duplex, other: Duplex, firstBytes: Buffer): void {
  if (firstBytes.length > 0) other.write(firstBytes);
  socket.pipe(other).pipe(socket);
  other.on("error", () => socket.destroy());
  other.once("close", () => socket.destroy());
  socket.once("close", () => other.destroy());
}

function head(response: IncomingMessage, instead?: string[]): string {
  const lines = [`HTTP/1.1 ${response.statusCode} ${response.statusMessage}`];
  const raw = instead ? [...withoutHop(response.rawHeaders), ...instead] : response.rawHeaders;
  for (let at = 0; at < raw.length; at += 2) lines.push(`${raw[at]}: ${raw[at + 1]}`);
  return `${lines.join("\r\n")}\r\n\r\n`;
}

/** The body is passed on decoded and ends with the connection. */
function withoutHop(raw: string[]): string[] {
  const hop = new Set(["connection", "transfer-encoding", "keep-alive"]);
  return raw.filter((_, at) => !hop.has(raw[at - (at % 2)]!.toLowerCase()));
}

export function refuseUpgrade(socket: Duplex, status: number): void {
  if (socket.destroyed) return;
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
