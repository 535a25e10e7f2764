// The socket by which the stand-ins on the machines ask the sandbox: `POST /<machine>/<command>`, body: the working
// directory and the arguments, each ended by NUL. One socket for all machines, open to the sandbox's user only.
import { closeSync, constants, mkdirSync, openSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { join } from "node:path";
import { type Reply, refused } from "./command-reply.ts";
import { CONTROL_SOCKET } from "./stand-ins.ts";

export type Ask = (machine: string, command: string, cwd: string, args: string[]) => Promise<Reply>;

const MAX_BODY_BYTES = 1024 * 1024;

/** Answers how to close it. */
export async function openControl(machinesDirectory: string, ask: Ask): Promise<() => Promise<void>> {
  mkdirSync(machinesDirectory, { recursive: true, mode: 0o700 });
  rmSync(join(machinesDirectory, CONTROL_SOCKET), { force: true });
  const server = createServer((request, response) => {
    answer(request, ask)
      .catch((error: Error) => refused(`the sandbox failed: ${error.message}`))
      .then(({ code, stdout, stderr }) => {
        response.setHeader("connection", "close");
        response.end(`${code}:${clean(stdout)}\x1e${clean(stderr)}\x1e`);
      });
  });
  server.requestTimeout = 0;
  // The path of a socket may have 107 bytes only (unix(7)); through the directory's descriptor it is always short.
  const directory = openSync(machinesDirectory, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await listen(server, `/proc/self/fd/${directory}/${CONTROL_SOCKET}`);
  } catch (error) {
    closeSync(directory);
    throw error;
  }
  return async () => {
    server.close();
    server.closeAllConnections();
    closeSync(directory);
  };
}

async function answer(request: IncomingMessage, ask: Ask): Promise<Reply> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) return refused("too many arguments");
    chunks.push(chunk);
  }
  const [cwd = "/", ...args] = Buffer.concat(chunks).toString("utf8").split("\0").slice(0, -1);
  const [, machine = "", command = ""] = (request.url ?? "").split("/").map(decodeURIComponent);
  return ask(machine, command, cwd, args);
}

function clean(text: string): string {
  return text.replaceAll("\x1e", "").replaceAll("\0", "");
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, () => {
      server.off("error", reject);
      resolve();
    });
  });
}
