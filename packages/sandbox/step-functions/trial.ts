// Step Functions for tests: functions are plain callbacks, time is moved by hand (or by itself when nothing else
// moves), and a crash is a copy of the directory as it lies there.
import { cpSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Platform } from "../platform.ts";
import { createStepFunctions, type StepFunctionsService } from "./service.ts";
import type { Timers } from "./timers.ts";

// biome-ignore lint/suspicious/noExplicitAny: payloads are whatever a test sends.
type Json = any;
export type TrialFunction = (payload: Json) => Json;

export type Trial = {
  service: StepFunctionsService;
  timers: ManualTimers;
  /** Status changes that were put on the bus. */
  emitted: { status: string; name: string }[];
  send(operation: string, input: Json): Promise<Json>;
  /** Creates the machine `trial` and starts an execution; answers its ARN. */
  begin(definition: Json, input?: Json, name?: string): Promise<string>;
  /** Moves time whenever nothing else does, until the execution has ended; answers its description. */
  end(executionArn: string): Promise<Json>;
  play(definition: Json, input?: Json): Promise<Json>;
  history(executionArn: string): Promise<Json[]>;
  types(executionArn: string): Promise<string[]>;
  /** Another process on what this one had written, which itself hangs from now on. */
  crash(changed?: Record<string, TrialFunction>): Promise<Trial>;
};

type Setup = {
  functions?: Record<string, TrialFunction>;
  timeScale?: number;
  directory?: string;
  timers?: ManualTimers;
};

/** Throw this in a trial function to fail as a Lambda function fails. */
export class FunctionError extends Error {
  constructor(errorType: string, message: string) {
    super(message);
    this.name = errorType;
  }
}

export function createTrial({
  functions = {},
  timeScale = 1,
  directory,
  timers = manualTimers(),
}: Setup = {}) {
  const place = directory ?? mkdtempSync(join(tmpdir(), "step-functions-"));
  const emitted: { status: string; name: string }[] = [];
  const service = createStepFunctions(fakePlatform(place, timeScale, timers, functions, emitted), { timers });
  const send = async (operation: string, input: Json): Promise<Json> =>
    service.handlers[operation]?.(input, { principal: "root" });
  const begin = async (definition: Json, input: Json = {}, name?: string): Promise<string> => {
    const text = JSON.stringify({ QueryLanguage: "JSONata", ...definition });
    const machine = { name: "trial", roleArn: "arn:aws:iam::000000000000:role/trial", definition: text };
    const { stateMachineArn } = await send("CreateStateMachine", machine);
    const started = await send("StartExecution", { stateMachineArn, name, input: JSON.stringify(input) });
    return started.executionArn;
  };
  const end = async (executionArn: string): Promise<Json> => {
    for (let quiet = 0; quiet < 2_000; quiet++) {
      await settle();
      const execution = await send("DescribeExecution", { executionArn });
      if (execution.status !== "RUNNING") return execution;
      timers.advanceToNext();
    }
    throw new Error("the execution does not end");
  };
  const history = async (executionArn: string): Promise<Json[]> =>
    (await send("GetExecutionHistory", { executionArn, maxResults: 1000 })).events;
  return {
    service,
    timers,
    emitted,
    send,
    begin,
    end,
    history,
    play: async (definition: Json, input?: Json) => end(await begin(definition, input)),
    types: async (executionArn: string) => (await history(executionArn)).map((event) => event.type as string),
    async crash(changed = functions) {
      const copy = mkdtempSync(join(tmpdir(), "step-functions-"));
      cpSync(place, copy, { recursive: true });
      await service.stop?.();
      const next = createTrial({ functions: changed, timeScale, directory: copy, timers });
      await next.service.start?.();
      return next;
    },
  };
}

function fakePlatform(
  directory: string,
  timeScale: number,
  timers: Timers,
  functions: Record<string, TrialFunction>,
  emitted: { status: string; name: string }[],
): Platform {
  return {
    accountId: "000000000000",
    region: "us-east-1",
    directory,
    endpoint: "",
    timeScale,
    now: timers.now,
    log: () => {},
    address: () => "",
    addressFor: () => "",
    call: async (_service, _operation, input) =>
      invoke(functions, input as { FunctionName: string; Payload: Buffer }),
    allows: () => true,
    credentialsOf: () => ({ accessKeyId: "", secretAccessKey: "" }),
    emit: (_source, _type, detail) => void emitted.push(detail as { status: string; name: string }),
    machineAddresses: new Map(),
    serverCertificates: new Map(),
  };
}

async function invoke(
  functions: Record<string, TrialFunction>,
  input: { FunctionName: string; Payload: Buffer },
) {
  const answer = (payload: Json) => ({
    StatusCode: 200,
    Payload: Buffer.from(JSON.stringify(payload ?? null)),
  });
  try {
    return answer(await functions[input.FunctionName]?.(JSON.parse(input.Payload.toString())));
  } catch (error) {
    if (!(error instanceof FunctionError)) throw error;
    return { ...answer({ errorType: error.name, errorMessage: error.message }), FunctionError: "Unhandled" };
  }
}

/** Lets everything that needs no time run to its end. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 12; turn++) await new Promise((resolve) => setImmediate(resolve));
}

export type ManualTimers = Timers & { advance(ms: number): void; advanceToNext(): void };

export function manualTimers(startMs = Date.parse("2026-11-24T12:00:00Z")): ManualTimers {
  let nowMs = startMs;
  let waiting: { atMs: number; run: () => void }[] = [];
  const advance = (ms: number) => {
    nowMs += ms;
    const due = waiting.filter((timer) => timer.atMs <= nowMs);
    waiting = waiting.filter((timer) => timer.atMs > nowMs);
    for (const timer of due) timer.run();
  };
  return {
    now: () => nowMs,
    after(ms, run) {
      const timer = { atMs: nowMs + ms, run };
      waiting.push(timer);
      return () => {
        waiting = waiting.filter((one) => one !== timer);
      };
    },
    advance,
    advanceToNext() {
      const next = Math.min(...waiting.map((timer) => timer.atMs));
      if (Number.isFinite(next)) advance(Math.max(0, next - nowMs));
    },
  };
}
