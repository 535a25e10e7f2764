// An open listener: a real HTTP or HTTPS server on the balancer's address. The target is drawn for each request, never for a
// connection, so that a client that keeps one open is not bound to a target that drains.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { Duplex } from "node:stream";
import { type Doors, openDoors } from "../ground/doors.ts";
import { AwsError } from "../platform.ts";
import { forward, respond } from "./forward.ts";
import type { Via } from "./headers.ts";
import { nextTarget, targetKey } from "./live-group.ts";
import { IDLE_MILLISECONDS } from "./live-target.ts";
import type { Listener } from "./model.ts";
import { locationOf } from "./redirect.ts";
import { compileRoutes, type Destination } from "./routes.ts";
import { hostName } from "./rule-match.ts";
import { countsOf, findLoadBalancer, type OpenListener, type State } from "./state.ts";
import { forwardUpgrade, refuseUpgrade } from "./upgrade.ts";

/** Opens the listener; rejects with an AwsError where the address is taken. */
export async function openListener(state: State, listener: Listener): Promise<OpenListener> {
  const { address } = findLoadBalancer(state, listener.loadBalancerArn);
  let routes = compileRoutes(state, listener);
  const destination = (incoming: IncomingMessage) =>
    routes(hostName(incoming.headers.host), (incoming.url ?? "/").split("?")[0]!);
  const server = newServer(state, listener);
  server.on("request", (incoming, outgoing) =>
    serve(state, listener, destination(incoming), incoming, outgoing),
  );
  const upgraded = new Set<Duplex>();
  server.on("upgrade", (incoming, socket, head) => {
    upgraded.add(socket);
    socket.once("close", () => upgraded.delete(socket));
    serveUpgrade(state, listener, destination(incoming), { incoming, socket, head });
  });
  server.on("clientError", (_, socket) => {
    if (socket.writable)
      socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  });
  const doors = await listen(server, address, listener.port);
  return {
    routesChanged: () => {
      routes = compileRoutes(state, state.listeners.get(listener.arn) ?? listener);
    },
    close: async (force) => {
      doors.close();
      server.close();
      if (force) server.closeAllConnections();
      else server.closeIdleConnections();
      for (const socket of upgraded) socket.destroy();
    },
  };
}

function newServer({ platform }: State, { certificateArn }: Listener): Server {
  const options = { keepAliveTimeout: IDLE_MILLISECONDS, requestTimeout: 0 };
  if (!certificateArn) return createServer(options);
  const pair = platform.serverCertificates.get(certificateArn);
  if (!pair) throw new AwsError("CertificateNotFoundException", `Certificate '${certificateArn}' not found`);
  return createTlsServer({ ...options, ...pair, minVersion: "TLSv1.2" });
}

function viaOf({ port, certificateArn }: Listener, incoming: IncomingMessage): Via {
  const protocol = certificateArn ? "https" : "http";
  return { clientAddress: incoming.socket.remoteAddress ?? "", port, protocol };
}

function serve(
  state: State,
  listener: Listener,
  destination: Destination,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): void {
  const balancer = countsOf(state, listener.loadBalancerArn);
  balancer.requestCount++;
  outgoing.on("error", () => outgoing.destroy());
  if (destination.type === "fixed") {
    outgoing.writeHead(destination.statusCode, { "content-type": destination.contentType });
    outgoing.end(destination.body);
    return;
  }
  if (destination.type === "redirect") {
    outgoing.writeHead(destination.statusCode, { location: locationOf(destination, listener, incoming) });
    outgoing.end();
    return;
  }
  const chosen = destination.type === "group" ? choose(state, destination, incoming) : undefined;
  if (!chosen) {
    if (destination.type === "group") destination.group.counts.elb5xx++;
    balancer.elb5xx++;
    respond(outgoing, 503);
    return;
  }
  forward({
    incoming,
    outgoing,
    via: viaOf(listener, incoming),
    ...chosen,
    counts: [balancer, ...chosen.counts],
  });
}

function serveUpgrade(
  state: State,
  listener: Listener,
  destination: Destination,
  request: { incoming: IncomingMessage; socket: Duplex; head: Buffer },
): void {
  const balancer = countsOf(state, listener.loadBalancerArn);
  balancer.requestCount++;
  const chosen = destination.type === "group" ? choose(state, destination, request.incoming) : undefined;
  if (!chosen) {
    refuseUpgrade(request.socket, 503);
    return;
  }
  forwardUpgrade({
    ...request,
    via: viaOf(listener, request.incoming),
    ...chosen,
    counts: [balancer, ...chosen.counts],
  });
}

function choose(state: State, { group }: Destination & { type: "group" }, { url = "" }: IncomingMessage) {
  const target = nextTarget(group);
  const address = target && state.addressOf(group, target.id);
  if (!target || !address) return undefined;
  group.counts.requestCount++;
  target.counts.requestCount++;
  for (const watcher of state.watchers) watcher({ url, target: targetKey(target.id, target.port) });
  return { target, address, counts: [group.counts, target.counts] };
}

async function listen(server: Server, host: string, port: number): Promise<Doors> {
  try {
    return await openDoors(server, { host, port });
  } catch (error) {
    const message = `The listener cannot be opened on ${host}:${port}: ${(error as Error).message}`;
    throw new AwsError("ValidationError", message);
  }
}
