// An execution environment with mounts of its own: a process in its own mount namespace, in which the same worker thread runs
// as without one. To whoever started it, it looks like that thread.
import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { mounted } from "../ground/mounts.ts";
import type { OwnMounts } from "./mounts.ts";

export type Start = {
  env: Record<string, string>;
  workerData: { directory: string; handler: string; compileCache: string; memoryMib: number };
  resourceLimits: { maxOldGenerationSizeMb: number };
};

const PROGRAM = fileURLToPath(new URL("./environment-process.mjs", import.meta.url));

export function startProcess(start: Start, { binds, scratch }: OwnMounts) {
  const argv = mounted([process.execPath, PROGRAM], { binds, scratch, cwd: start.workerData.directory });
  const child = spawn(argv[0]!, argv.slice(1), {
    env: { PATH: "/usr/local/bin:/usr/bin:/bin" },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  child.send(start);
  return {
    stdout: child.stdout!,
    stderr: child.stderr!,
    postMessage: (message: object) => void (child.connected && child.send(message)),
    terminate: () => child.kill("SIGKILL"),
    on: (event: "message" | "error" | "exit", listener: Listener) => hear(child, event, listener),
  };
}

// biome-ignore lint/suspicious/noExplicitAny: as the listeners of a worker thread.
type Listener = (value: any) => void;

/** A thread's mishap comes as a message, with the name that tells an exhausted memory from the rest. */
function hear(child: ChildProcess, event: "message" | "error" | "exit", listener: Listener): void {
  if (event === "exit") child.on("exit", (code) => listener(code ?? 1));
  else if (event === "error") {
    child.on("error", listener);
    child.on("message", ({ mishap }: { mishap?: object }) => mishap && listener(mishap));
  } else child.on("message", (message: { mishap?: object }) => !message.mishap && listener(message));
}
