// Starts one judge on a free port of the loopback and ends it again with everything that it started.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { freePort } from "#start/free-port.ts";
import type { Judge } from "./judges.ts";

const READY_MS = 240_000;
const GRACE_MS = 5000;

export type RunningJudge = { endpoint: string; stop(): Promise<void> };

export async function runJudge(judge: Judge): Promise<RunningJudge> {
  const program = programOf(judge.program);
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const directory = mkdtempSync(join(tmpdir(), "tutti-foreign-"));
  const logFile = join(directory, "log");
  // An emulator's own scripts are CommonJS, whatever a package.json further up says.
  writeFileSync(join(directory, "package.json"), "{}");
  const child = start([program, ...judge.arguments(port)], judge.environment(port), directory, logFile);
  const stop = async () => {
    await end(child);
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    await ready(judge, endpoint, child);
    await configure(judge, endpoint);
    return { endpoint, stop };
  } catch (error) {
    const log = readFileSync(logFile, "utf8").slice(-2000);
    await stop();
    throw new Error(`${judge.name} did not start: ${(error as Error).message}\n${log}`, { cause: error });
  }
}

/** The Python environment that install.sh makes. */
function programOf(name: string): string {
  const program = resolve(process.env.FOREIGN_VENV ?? ".venv-foreign", "bin", name);
  if (existsSync(program)) return program;
  throw new Error(
    `The emulators are not installed: ${program} is missing. Run test/foreign/install.sh (it takes a minute and needs Python 3.10 or newer with venv).`,
  );
}

function start(
  command: string[],
  environment: Record<string, string>,
  directory: string,
  logFile: string,
): ChildProcess {
  const log = openSync(logFile, "a");
  // A group of its own, since an emulator starts processes too. If this process is killed, so is the emulator.
  return spawn("setpriv", ["--pdeathsig", "KILL", ...command], {
    cwd: directory,
    // Nothing else of this machine: neither credentials nor options of Node may change what an emulator does.
    env: { PATH: process.env.PATH, TMPDIR: directory, HOME: directory, ...environment },
    detached: true,
    stdio: ["ignore", log, log],
  });
}

async function ready(judge: Judge, endpoint: string, child: ChildProcess): Promise<void> {
  const until = Date.now() + READY_MS;
  while (Date.now() < until) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`it ended with ${child.exitCode ?? child.signalCode}`);
    const answer = await fetch(endpoint + judge.readyPath).catch(() => null);
    if (answer?.ok) return;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`it did not answer within ${READY_MS / 1000} s`);
}

async function configure(judge: Judge, endpoint: string): Promise<void> {
  if (!judge.settings) return;
  const { path, body } = judge.settings;
  const answer = await fetch(endpoint + path, { method: "POST", body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined) return;
  const ended = new Promise<void>((done) => {
    if (child.exitCode !== null || child.signalCode !== null) done();
    else child.once("exit", () => done());
  });
  signal(child.pid, "SIGTERM");
  const timer = setTimeout(() => signal(child.pid!, "SIGKILL"), GRACE_MS);
  await ended;
  clearTimeout(timer);
  // Whatever it started and left behind.
  signal(child.pid, "SIGKILL");
}

function signal(group: number, name: NodeJS.Signals): void {
  try {
    process.kill(-group, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
