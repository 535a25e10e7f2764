// Opens a server by several sockets on one address. Of each socket libuv accepts one connection in a turn of the loop
// (github.com/libuv/libuv/pull/3696, since 1.45.0), so that by a single one a house at work, whose turns take 30 ms, lets in 33
// clients a second, and the rest wait until they give up, however quick the answers are.
import { type AddressInfo, createServer, type Server } from "node:net";

/** With turns of 30 ms and 100 new clients a second: by one door a quarter gave up within 3 s, by four or eight none. */
const DOORS = 8;

const BACKLOG = 1_024;

export type Doors = { close(): void };

/** All connections are the server's own. Port 0: any. Rejects where the address is taken by anybody who does not share it. */
export async function openDoors(server: Server, at: { host: string; port: number }): Promise<Doors> {
  // As that of an HTTP server, whose clients may end their half before the answer.
  const allowHalfOpen = Reflect.get(server, "allowHalfOpen") === true;
  const doors = Array.from({ length: DOORS - 1 }, () =>
    createServer({ allowHalfOpen, noDelay: true }, (socket) => {
      server.emit("connection", socket);
    }),
  );
  const close = () => {
    for (const door of doors) door.close();
  };
  try {
    await open(server, at);
    const { port } = server.address() as AddressInfo;
    for (const door of doors) await open(door, { host: at.host, port });
  } catch (error) {
    server.close();
    close();
    throw error;
  }
  return { close };
}

function open(server: Server, at: { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ ...at, backlog: BACKLOG, reusePort: true }, () => {
      server.off("error", reject);
      resolve();
    });
  });
}
