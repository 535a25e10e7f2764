// An installation for a simulated day: the real workflow in the sandbox's interpreter, the real engine, store and core, over a fleet
// that is imagined. Each call of a function is a process of its own, which the weather may end.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Deployment } from "#core/domain/deployment.ts";
import type { Step } from "#core/domain/step.ts";
import type { Target } from "#core/domain/target.ts";
import type { Driver } from "#core/driver/driver.ts";
import { TuttiError } from "#core/errors.ts";
import { idSource } from "#core/ids.ts";
import type { DriverRequest } from "#core/rollout/messages.ts";
import { conduct } from "#engine/conduct.ts";
import type { EngineDeps, Executions, SweepDeps } from "#engine/deps.ts";
import { sweep } from "#engine/sweep.ts";
import type { Platform } from "#sandbox/platform.ts";
import { createStepFunctions } from "#sandbox/step-functions/service.ts";
import { createStore } from "#store/store.ts";
import { healDefinition } from "#workflows/heal.ts";
import { rolloutDefinition } from "#workflows/rollout.ts";
import { chanceOf } from "./chance.ts";
import { type SimKind, simFleet } from "./fleets.ts";
import { memoryTable } from "./memory-table.ts";
import { FAIR, LostCall, newProcess, type Process, type Weather } from "./process.ts";
import { type Promises, watchPromises } from "./promises.ts";
import { type SimTime, simTime } from "./time.ts";

const REGION = "us-east-1";
const ACCOUNT = "000000000000";
const ROLLOUT = `arn:aws:states:${REGION}:${ACCOUNT}:stateMachine:tutti-rollout`;
const HEALING = `arn:aws:states:${REGION}:${ACCOUNT}:stateMachine:tutti-heal`;
const LAMBDA = `arn:aws:lambda:${REGION}:${ACCOUNT}:function:tutti-`;
const ROOT = { principal: "arn:aws:iam::000000000000:role/test" };
/** As the blueprint has them. */
const DRIVER_LIFE_MS = 300_000;
const SWEEP_LIFE_MS = 300_000;
const ANSWER_MS = 120_000;
export const MIDNIGHT_MS = Date.UTC(2026, 0, 5);

export type SimDeps = EngineDeps & SweepDeps;

export type SimHouse = Awaited<ReturnType<typeof openHouse>>;

export async function openHouse(seed: number, kind: SimKind, copies: number) {
  const chance = chanceOf(seed);
  const time = simTime(MIDNIGHT_MS, chance.next);
  const fleet = simFleet(kind, copies, time, chance);
  const weather: Weather = { ...FAIR };
  const table = memoryTable((after, before) => {
    if (after.sk === "DEPLOYMENT") promises.written(after as never, before as never);
  });
  const promises: Promises = watchPromises({
    time,
    fleet,
    target: () => table.peek("TARGET#shop/prod", "TARGET") as Target | undefined,
    deployment: (id) => table.peek(`DEPLOYMENT#${id}`, "DEPLOYMENT") as Deployment | undefined,
  });
  const directory = mkdtempSync(join(tmpdir(), "tutti-day-"));
  const machine = createStepFunctions({ ...platformOf(directory, time), call, emit } as Platform, {
    timers: time,
  });
  const { handlers } = machine;

  /** The rule on executions that failed, timed out or were aborted. Events get lost too. */
  function emit(_source: string, _type: string, detail: unknown): void {
    const { status } = detail as { status: string };
    if (status === "RUNNING" || status === "SUCCEEDED" || chance.hits(0.2)) return;
    time.after(1_000, () => void sweepOnce(false));
  }

  async function call(service: string, operation: string, input: unknown): Promise<unknown> {
    if (chance.hits(weather.lost)) throw Object.assign(new Error("busy"), { code: "ServiceException" });
    if (service === "states") return handlers[operation]!(input, ROOT);
    const { Payload } = input as { Payload: Uint8Array };
    const request = JSON.parse(Buffer.from(Payload).toString()) as DriverRequest;
    const running = invoke(request);
    if (!chance.hits(weather.repeated)) return running;
    // It goes on, and its caller does not hear of it.
    await time.sleep(chance.whole(1, 3_000));
    throw Object.assign(new Error("the connection is lost"), { code: "ServiceException" });
  }

  async function invoke(request: DriverRequest): Promise<{ Payload: Uint8Array; FunctionError?: string }> {
    try {
      const answer = await inProcess(
        request.verb,
        DRIVER_LIFE_MS,
        (deps) => conduct(deps, request),
        ownerOf(request),
      );
      return { Payload: Buffer.from(JSON.stringify(answer ?? null)) };
    } catch (error) {
      const { name, message } = error as Error;
      return {
        FunctionError: "Unhandled",
        Payload: Buffer.from(JSON.stringify({ errorType: name, errorMessage: message })),
      };
    }
  }

  /** Runs it as a function does: with its own clients, and a life that ends. */
  async function inProcess<T>(
    label: string,
    lifeMs: number,
    work: (deps: SimDeps) => Promise<T>,
    owner: string | null = null,
  ): Promise<T> {
    const process = newProcess({ time, chance, weather, label, lifeMs });
    try {
      return await Promise.race([work(depsIn(process, owner)), process.died]);
    } catch (error) {
      if (!process.isDead()) assertExpected(promises, label, error);
      throw error;
    } finally {
      process.end();
    }
  }

  function depsIn(process: Process, owner: string | null): SimDeps {
    const executions: Executions = {
      start: (name, input) => process.asking(() => startExecution(name, input)),
      describe: (name) => process.asking(() => describe(name)),
    };
    const line = (message: string, fields?: Record<string, unknown>) =>
      promises.note(`  [${process.label}] ${message} ${JSON.stringify(fields ?? {})}`);
    return {
      store: createStore({
        client: { send: (command: never) => process.asking(() => table.send(command)) } as never,
        table: "table",
        clock: time,
        random: chance.next,
      }),
      clock: time,
      ids: idSource(time.now, chance.next),
      log: { info: line, warn: line, error: line },
      executions,
      trainExecutions: { start: async () => {}, describe: async () => "missing" },
      healExecutions: {
        start: (name, input) => process.asking(() => startExecution(name, input, HEALING)),
        describe: (name) => process.asking(() => describe(name, HEALING)),
      },
      tokens: { succeed: (taskToken, output) => process.asking(() => succeed(taskToken, output)) },
      driver: watched(process, owner),
      alarms: { read: async () => [] },
      metrics: { read: async (series) => series.map(() => []) },
      secrets: { versionOf: async () => null },
      home: { account: "000000000000", region: "us-east-1" },
      identities: { authority: notHere, issue: notHere, remove: notHere },
      drivers: {
        invoke: (_kind, request) =>
          process.asking(async () => {
            const late = time.sleep(ANSWER_MS).then(() => Promise.reject(new LostCall("no answer in time")));
            late.catch(() => {});
            const { Payload, FunctionError } = await Promise.race([invoke(request), late]);
            const answer = JSON.parse(Buffer.from(Payload).toString());
            if (FunctionError)
              throw Object.assign(new LostCall(answer.errorMessage), { name: answer.errorType });
            return answer;
          }),
      },
    };
  }

  async function startExecution(name: string, input: unknown, stateMachineArn = ROLLOUT): Promise<void> {
    try {
      await handlers.StartExecution!({ stateMachineArn, name, input: JSON.stringify(input) }, ROOT);
    } catch (error) {
      if ((error as { code?: string }).code !== "ExecutionAlreadyExists") throw error;
    }
  }

  async function describe(name: string, machine = ROLLOUT): Promise<"running" | "ended" | "missing"> {
    try {
      const executionArn = `${machine.replace(":stateMachine:", ":execution:")}:${name}`;
      const { status } = (await handlers.DescribeExecution!({ executionArn }, ROOT)) as { status: string };
      return status === "RUNNING" ? "running" : "ended";
    } catch (error) {
      if ((error as { code?: string }).code === "ExecutionDoesNotExist") return "missing";
      throw error;
    }
  }

  async function succeed(taskToken: string, output: unknown): Promise<void> {
    try {
      await handlers.SendTaskSuccess!({ taskToken, output: JSON.stringify(output) }, ROOT);
    } catch (error) {
      throw Object.assign(error as Error, { name: (error as { code?: string }).code ?? "Error" });
    }
  }

  /** The fleet's driver, as this process sees it: over calls that may be lost, and looked at by the promises. */
  function watched(process: Process, owner: string | null): Driver {
    const { driver } = fleet;
    const seen =
      <A extends unknown[], R>(verb: string, play: (...args: A) => Promise<R>) =>
      (...args: A): Promise<R> =>
        process.asking(() => {
          fleet.ripen();
          const before = fleet.copies();
          const answer = play(...args);
          const step = (args[1] as { type?: string } | undefined)?.type ? (args[1] as Step) : undefined;
          promises.acted({
            deploymentId: owner,
            verb,
            before,
            after: fleet.copies(),
            ...(step ? { step } : {}),
          });
          return answer;
        });
    return {
      ...driver,
      inspect: seen("inspect", driver.inspect),
      apply: seen("apply", driver.apply),
      check: seen("check", driver.check),
      repair: seen("repair", driver.repair),
      retire: seen("retire", driver.retire),
      ...(driver.tidy && { tidy: seen("tidy", driver.tidy) }),
    };
  }

  async function sweepOnce(heal: boolean): Promise<void> {
    await quietly(inProcess("sweep", SWEEP_LIFE_MS, (deps) => sweep(deps, { heal })));
  }

  await handlers.CreateStateMachine!(
    {
      name: "tutti-rollout",
      roleArn: ROOT.principal,
      definition: JSON.stringify(
        rolloutDefinition({
          driverArnPrefix: `${LAMBDA}driver-`,
          hooksArn: `${LAMBDA}hooks`,
          rolloutArn: ROLLOUT,
        }),
      ),
    },
    ROOT,
  );

  await handlers.CreateStateMachine!(
    {
      name: "tutti-heal",
      roleArn: ROOT.principal,
      definition: JSON.stringify(healDefinition({ driverArnPrefix: `${LAMBDA}driver-` })),
    },
    ROOT,
  );

  return {
    chance,
    time,
    fleet,
    weather,
    table,
    promises,
    inProcess,
    sweepOnce,
    stop: (name: string) =>
      handlers.StopExecution!(
        { executionArn: `${ROLLOUT.replace(":stateMachine:", ":execution:")}:${name}` },
        ROOT,
      ) as Promise<unknown>,
    close: async () => {
      const stopping = machine.stop?.();
      await time.runUntil(time.now());
      await stopping;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** No app of these days asks for it. */
const notHere = () => Promise.reject(new Error("there is none on such a day"));

/** What became of it is in the diary, or in the table. */
export async function quietly(work: Promise<unknown>): Promise<void> {
  await work.catch(() => {});
}

function ownerOf(request: DriverRequest): string | null {
  return "deploymentId" in request ? request.deploymentId : null;
}

/** A fault of ours is no weather. */
function assertExpected(promises: Promises, label: string, error: unknown): void {
  const { name, message, stack, cause } = error as Error;
  const ours =
    error instanceof TuttiError
      ? error.code === "internal" && !(cause instanceof LostCall)
      : !(error instanceof LostCall);
  promises.note(`  ${label} failed: ${name}: ${message}`);
  if (ours && !/ExecutionDoesNotExist|TimeoutError/.test(`${name} ${message}`))
    promises.fail(4, `${label} fell over: ${cause instanceof Error ? cause.stack : stack}`);
}

function platformOf(directory: string, time: SimTime): Omit<Platform, "call" | "emit"> {
  return {
    accountId: ACCOUNT,
    region: REGION,
    directory,
    endpoint: "http://127.0.0.1:0",
    timeScale: 1,
    now: time.now,
    log: () => {},
    address: () => "127.0.0.1",
    addressFor: () => "127.0.0.1",
    allows: () => true,
    credentialsOf: () => ({ accessKeyId: "test", secretAccessKey: "test" }),
    machineAddresses: new Map(),
    serverCertificates: new Map(),
  };
}
