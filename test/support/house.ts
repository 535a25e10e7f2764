// A whole house as a user has it: `npm start`'s own program in a process of its own, with a directory and free ports,
// so that a test can kill it and start it again.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Client, createClient } from "#client/client.ts";
import { freePort } from "#start/free-port.ts";
import { ROOT } from "#start/open-house.ts";

export type TestHouse = {
  directory: string;
  apiUrl: string;
  awsUrl: string;
  token: string;
  client: Client;
  pid: number;
  /** Everything it printed so far. */
  output(): string;
  /** SIGKILL, as if the machine had lost power; the state stays. */
  kill(): Promise<void>;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
  /** Forgets the state as well. */
  clear(): Promise<void>;
};

export type HouseOptions = {
  directory?: string;
  timeScale?: number;
  servers?: number;
  env?: Record<string, string>;
};

/** `npm start` is ready within 3 s on a machine of its own; a busy one, after a kill, is given time. */
const READY_WITHIN_MILLISECONDS = 300_000;
export const TEST_TOKEN = "test-token-of-the-house";

export async function startHouse(options: HouseOptions = {}): Promise<TestHouse> {
  const directory = options.directory ?? mkdtempSync(join(tmpdir(), "tutti-house-"));
  const [port, awsPort] = await Promise.all([freePort(), freePort()]);
  const child = spawn(process.execPath, ["packages/start/start.ts"], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...process.env,
      NODE_OPTIONS: "",
      TUTTI_TOKEN: TEST_TOKEN,
      ...settings(options, directory, port, awsPort),
      ...options.env,
    },
  });
  const heard = listen(child);
  const ended = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)));
  await ready(child, heard).catch(async (error: Error) => {
    await end(child, "SIGTERM", ended);
    throw error;
  });
  const apiUrl = `http://127.0.0.1:${port}`;
  return {
    directory,
    apiUrl,
    awsUrl: `http://127.0.0.1:${awsPort}`,
    token: TEST_TOKEN,
    client: createClient({ url: apiUrl, token: TEST_TOKEN }),
    pid: child.pid!,
    output: () => heard.text,
    kill: () => end(child, "SIGKILL", ended).then(() => {}),
    stop: () => end(child, "SIGTERM", ended),
    clear: async () => {
      await end(child, "SIGTERM", ended);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function settings(
  { timeScale, servers }: HouseOptions,
  directory: string,
  port: number,
  awsPort: number,
): Record<string, string> {
  return {
    PORT: `${port}`,
    SANDBOX_AWS_PORT: `${awsPort}`,
    SANDBOX_DIR: directory,
    SANDBOX_TIME_SCALE: `${timeScale ?? 1}`,
    SANDBOX_SERVERS: `${servers ?? 3}`,
  };
}

function listen(child: ChildProcess): { text: string } {
  const heard = { text: "" };
  for (const stream of [child.stdout!, child.stderr!])
    stream.on("data", (chunk: Buffer) => (heard.text += chunk.toString()));
  return heard;
}

function ready(child: ChildProcess, heard: { text: string }): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`the house did not open (${why}): ${heard.text}`));
    const timer = setTimeout(() => fail("too slow"), READY_WITHIN_MILLISECONDS);
    child.once("exit", (code) => fail(`exit ${code}`));
    child.stdout!.on("data", () => {
      if (!heard.text.includes("AWS endpoint")) return;
      clearTimeout(timer);
      resolve();
    });
  });
}

async function end(
  child: ChildProcess,
  signal: NodeJS.Signals,
  ended: Promise<number | null>,
): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  child.kill(signal);
  return ended;
}
