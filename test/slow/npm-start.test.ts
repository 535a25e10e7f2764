// `npm start` as people and programs have it: npm, the shell that npm starts, and the house. A signal to npm must reach the house.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { freePort } from "#start/free-port.ts";

const directory = mkdtempSync(join(tmpdir(), "tutti-npm-"));
let npm: ChildProcess;

afterAll(() => {
  try {
    // What the signal did not reach is still of npm's group.
    process.kill(-npm.pid!, "SIGKILL");
  } catch {
    // Nobody is left, as it should be.
  }
  rmSync(directory, { recursive: true, force: true });
});

test("SIGTERM to npm stops the house and all that it started", async () => {
  const [port, awsPort] = await Promise.all([freePort(), freePort()]);
  const settings = { PORT: `${port}`, SANDBOX_AWS_PORT: `${awsPort}`, SANDBOX_DIR: directory };
  const env = { ...process.env, ...settings, SANDBOX_SERVERS: "1" };
  npm = spawn("npm", ["start"], { env, detached: true, stdio: ["ignore", "pipe", "ignore"] });
  const ended = new Promise((resolve) => npm.once("exit", resolve));
  await new Promise<void>((resolve) => {
    let heard = "";
    npm.stdout!.on("data", (chunk: Buffer) => {
      heard += chunk;
      if (heard.includes("Ready in")) resolve();
    });
  });
  expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
  npm.kill("SIGTERM");
  await ended;
  await expect.poll(isAnyLeft).toBe(false);
  await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow();
});

/** Whether a process of npm's group is there: the house, or what ran on a machine in its name. */
function isAnyLeft(): boolean {
  try {
    return process.kill(-npm.pid!, 0);
  } catch {
    return false;
  }
}
