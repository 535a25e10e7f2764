// One execution environment: a worker thread (or, with mounts of its own, a process with one) that plays one request at a time and ends with the first fatal mishap.
import { Worker } from "node:worker_threads";
import { startProcess } from "./environment-process.ts";
import type { OwnMounts } from "./mounts.ts";

export type Failure = { errorType: string; errorMessage: string; trace?: string[] };
export type Played = { payload: string; failure?: undefined } | { payload?: undefined; failure: Failure };

export type Play = {
  payload: string;
  /** What the handler finds in its context. */
  context: Record<string, unknown>;
  timeoutSeconds: number;
  onLog(text: string): void;
};

export type Environment = {
  /** Resolves with a failure where the handler could not be loaded. */
  ready: Promise<Failure | undefined>;
  play(request: Play): Promise<Played>;
  /** False once it has ended; it will not play again. */
  isAlive(): boolean;
  end(): void;
};

export type EnvironmentOptions = {
  directory: string;
  handler: string;
  /** Folder of compiled code, shared by all environments. */
  compileCache: string;
  memoryMib: number;
  variables: Record<string, string>;
  /** It sees more than its code: then it is a process of its own. */
  mounts(): OwnMounts | undefined;
  /** Lines written while no request is played, and all output that bypasses the streams. */
  onStrayLog(text: string): void;
  onEnd(): void;
};

// A function may load for 10 s on AWS; this machine is shared, so it gets longer.
const loadLimitMs = 30_000;
// Below this the SDK clients cannot even be loaded by Node.
const leastHeapMib = 96;
// A thread whose heap is full ends alone only where the last step is small: V8 gives it 16 MiB more to end in, and what needs more
// takes the whole process with it. So it gets this much room above its limit, and is held to the limit between requests (environment.mjs).
const heapRoomMib = 128;

type Message = {
  log?: string;
  ready?: true;
  initError?: Failure;
  ok?: string;
  error?: Failure;
  fatal?: Failure;
};

export function startEnvironment(options: EnvironmentOptions): Environment {
  try {
    return runEnvironment(options, options.mounts());
  } catch (error) {
    return unmounted(error as Error);
  }
}

/** What it is to see cannot be brought there (its access point is gone, this machine does not let us). */
function unmounted({ message }: Error): Environment {
  const failure = { errorType: "EFSMountFailureException", errorMessage: message };
  return {
    ready: Promise.resolve(failure),
    play: async () => ({ failure }),
    isAlive: () => false,
    end: () => {},
  };
}

function runEnvironment(options: EnvironmentOptions, mounts: OwnMounts | undefined): Environment {
  const start = {
    env: options.variables,
    workerData: {
      directory: options.directory,
      handler: options.handler,
      compileCache: options.compileCache,
      memoryMib: Math.max(leastHeapMib, options.memoryMib),
    },
    resourceLimits: { maxOldGenerationSizeMb: Math.max(leastHeapMib, options.memoryMib) + heapRoomMib },
  };
  const worker = mounts
    ? startProcess(start, mounts)
    : new Worker(new URL("./environment.mjs", import.meta.url), {
        ...start,
        execArgv: [],
        stdout: true,
        stderr: true,
      });
  let alive = true;
  let onLog = options.onStrayLog;
  let settle: (played: Played) => void = () => {};
  const end = () => {
    alive = false;
    void worker.terminate();
  };
  const fail = (failure: Failure) => {
    end();
    settle({ failure });
  };
  const ready = new Promise<Failure | undefined>((resolve) => {
    const timer = setTimeout(() => fail(timedOut(loadLimitMs / 1000)), loadLimitMs);
    settle = (played) => resolve(played.failure);
    worker.on("message", (message: Message) => {
      if (message.log !== undefined) return onLog(message.log);
      if (message.ready || message.initError) clearTimeout(timer);
      const mishap = message.initError ?? message.fatal;
      if (mishap) fail(mishap);
      else if (message.ready) resolve(undefined);
      else settle(outcomeOf(message));
    });
    worker.on("exit", () => clearTimeout(timer));
  });
  worker.on("error", (error: NodeJS.ErrnoException) => fail(died(error)));
  worker.on("exit", (code) => {
    options.onEnd();
    fail(exited(code));
  });
  for (const stream of [worker.stdout, worker.stderr]) {
    stream.on("data", (chunk) => options.onStrayLog(String(chunk)));
  }

  const play = (request: Play) =>
    new Promise<Played>((resolve) => {
      const limitMs = request.timeoutSeconds * 1000;
      const timer = setTimeout(() => fail(timedOut(request.timeoutSeconds)), limitMs);
      onLog = request.onLog;
      settle = (played) => {
        settle = () => {};
        onLog = options.onStrayLog;
        clearTimeout(timer);
        resolve(played);
      };
      if (!alive) return settle({ failure: exited(0) });
      const { payload, context } = request;
      worker.postMessage({ payload, context, deadlineAtMs: Date.now() + limitMs });
    });
  return { ready, play, isAlive: () => alive, end };
}

const outcomeOf = ({ ok, error }: Message): Played =>
  error ? { failure: error } : { payload: ok ?? "null" };

const timedOut = (seconds: number): Failure => ({
  errorType: "Sandbox.Timedout",
  errorMessage: `Task timed out after ${seconds.toFixed(2)} seconds`,
});

const exited = (code: number): Failure => ({
  errorType: "Runtime.ExitError",
  errorMessage:
    code === 0
      ? "Runtime exited without providing a reason"
      : `Runtime exited with error: exit status ${code}`,
});

const died = (error: NodeJS.ErrnoException): Failure =>
  error.code === "ERR_WORKER_OUT_OF_MEMORY"
    ? { errorType: "Runtime.OutOfMemory", errorMessage: "Runtime exited with error: signal: killed" }
    : { errorType: error.name, errorMessage: error.message, trace: error.stack?.split("\n") ?? [] };
