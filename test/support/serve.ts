// Puts a fetch-style app behind a real HTTP server on loopback, so that clients under test speak HTTP.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

export type Served = { url: string; close(): Promise<void> };

type Fetch = (request: Request) => Response | Promise<Response>;

export async function serve(fetch: Fetch): Promise<Served> {
  const server = createServer((request, response) => void answer(fetch, request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

async function answer(fetch: Fetch, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const body = await buffer(incoming);
  const headers = Object.entries(incoming.headers).map(
    ([name, value]) => [name, String(value)] as [string, string],
  );
  const url = `http://${incoming.headers.host}${incoming.url}`;
  const result = await fetch(
    new Request(url, { method: incoming.method, headers, body: body.length > 0 ? body : undefined }),
  );
  outgoing.writeHead(result.status, Object.fromEntries(result.headers));
  outgoing.end(Buffer.from(await result.arrayBuffer()));
}
