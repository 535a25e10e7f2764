// Each sandbox on this machine claims a slice 127.<n>.0.0/16 of the loopback addresses, by holding a listening socket
// on an address of it. The kernel gives the claim back when the process dies; a slice where anything else listens is
// left alone.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { readJsonFile, writeAtomically } from "./files.ts";

/** Any unprivileged port will do, as long as it is the same for every sandbox. */
const CLAIM_PORT = 10_127;
const SLICES = 250;
const PATIENCE_MS = 3_000;

export type Slice = {
  number: number;
  /** `n` from 1 to 60,000. */
  address(n: number): string;
  release(): Promise<void>;
};

/**
 * The slice that the directory had before, where it is free. The search begins at a place of the directory's own, so that
 * another sandbox hardly ever takes the slice of one that was killed and is about to come back.
 */
export async function claimSlice(directory: string): Promise<Slice> {
  const path = join(directory, "slice.json");
  const remembered = readJsonFile<{ slice: number }>(path)?.slice;
  const from = firstChoice(directory);
  const order = Array.from({ length: SLICES }, (_unused, index) => ((from + index) % SLICES) + 1);
  if (remembered !== undefined) await untilLeft(remembered);
  const taken = new Set(listeners().map(({ slice }) => slice));
  for (const number of remembered ? [remembered, ...order] : order) {
    if (taken.has(number)) continue;
    const server = await claim(number);
    if (!server) continue;
    if (number !== remembered) writeAtomically(path, JSON.stringify({ slice: number }));
    return {
      number,
      address: (n) => addressIn(number, n),
      release: () => new Promise((resolve) => server.close(() => resolve())),
    };
  }
  throw new Error("every slice of 127.0.0.0/8 is claimed by another sandbox");
}

function firstChoice(directory: string): number {
  return createHash("sha256").update(resolve(directory)).digest().readUInt32BE() % SLICES;
}

export function addressIn(slice: number, n: number): string {
  if (!Number.isInteger(n) || n < 1 || n > 60_000) throw new Error(`address ${n} is not in 1..60000`);
  return `127.${slice}.${n >> 8}.${n & 255}`;
}

/**
 * What a killed sandbox had is let go a moment after its processes are dead: the kernel closes a socket when the last thread
 * has gone, and tells of the process's end before. Another slice would give everything another address. One that another
 * sandbox has claimed is not waited for.
 */
async function untilLeft(slice: number): Promise<void> {
  for (const until = performance.now() + PATIENCE_MS; performance.now() < until; await sleep(10)) {
    const own = listeners().filter((one) => one.slice === slice);
    if (own.length === 0 || own.some(({ port }) => port === CLAIM_PORT)) return;
  }
}

/**
 * Addresses where something listens: of a sandbox that runs, or what a killed one left behind, which only a start on the
 * same directory ends. /proc/net/tcp writes an address as hexadecimal bytes in reverse; state 0A is LISTEN (proc(5)).
 */
function listeners(): { slice: number; port: number }[] {
  const lines = readFileSync("/proc/net/tcp", "utf8").matchAll(
    /: [0-9A-F]{4}([0-9A-F]{2})7F:([0-9A-F]{4}) \S+ 0A /g,
  );
  return Array.from(lines, ([, slice, port]) => ({
    slice: Number.parseInt(slice!, 16),
    port: Number.parseInt(port!, 16),
  }));
}

function claim(slice: number): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.unref();
    server.once("error", (error: NodeJS.ErrnoException) =>
      error.code === "EADDRINUSE" ? resolve(undefined) : reject(error),
    );
    server.listen({ host: `127.${slice}.255.254`, port: CLAIM_PORT, exclusive: true }, () => resolve(server));
  });
}
