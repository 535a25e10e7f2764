import { type AddressInfo, connect, createServer } from "node:net";
import { afterEach, expect, test } from "vitest";
import { openDoors } from "./doors.ts";

const HOST = "127.0.0.1";
const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

test("clients that come at once are let in within fewer turns of the loop than there are of them", async () => {
  const CLIENTS = 64;
  const accepted = Promise.withResolvers<void>();
  let count = 0;
  const server = createServer((socket) => {
    socket.on("error", () => {});
    if (++count === CLIENTS) accepted.resolve();
  });
  const doors = await openDoors(server, { host: HOST, port: 0 });
  const { port } = server.address() as AddressInfo;
  const clients = Array.from({ length: CLIENTS }, () => connect(port, HOST));
  closing.push(doors.close, () => server.close(), ...clients.map((client) => () => client.destroy()));
  let turns = 0;
  const turn = () => {
    turns++;
    if (count < CLIENTS) setImmediate(turn);
  };
  turn();
  await accepted.promise;
  // By one door it takes a turn for each client.
  expect(turns).toBeLessThan(CLIENTS * 0.75);
});

test("an address that somebody holds alone is refused, and nothing stays open", async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, HOST, resolve));
  closing.push(() => other.close());
  const server = createServer();
  const { port } = other.address() as AddressInfo;
  await expect(openDoors(server, { host: HOST, port })).rejects.toThrow("EADDRINUSE");
  expect(server.listening).toBe(false);
});
