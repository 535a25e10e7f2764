// The rollout as it runs, without servers: the real workflow in the sandbox's interpreter, the real engine, the real
// store on dynalite, and a driver over hosts in memory. Time runs fifty times as fast for all of them.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DeleteCommand } from "@aws-sdk/lib-dynamodb";
import type { Clock } from "#core/clock.ts";
import type { Alarm } from "#core/domain/alarm.ts";
import type { Deployment } from "#core/domain/deployment.ts";
import { isEnded } from "#core/domain/deployment.ts";
import type { Series } from "#core/domain/scaling.ts";
import type { Spec } from "#core/domain/spec.ts";
import type { Driver } from "#core/driver/driver.ts";
import type { HealInput } from "#core/heal/messages.ts";
import { idSource } from "#core/ids.ts";
import type { DriverRequest, HookRequest } from "#core/rollout/messages.ts";
import type { Point } from "#core/scale/choose-count.ts";
import type { SecretReference } from "#core/secrets/reference.ts";
import type { TrainInput, TrainRequest } from "#core/train/messages.ts";
import { act, type Word } from "#engine/act.ts";
import { conduct } from "#engine/conduct.ts";
import type { ControlDeps, EngineDeps, HookCalls, HookDeps, HookResult, SweepDeps } from "#engine/deps.ts";
import { runHook } from "#engine/run-hook.ts";
import { type Submission, submit } from "#engine/submit.ts";
import { sweep } from "#engine/sweep.ts";
import type { TrainDeps } from "#engine/train/deps.ts";
import { drive } from "#engine/train/drive.ts";
import { prepareMember } from "#functions/api/trains/prepare-member.ts";
import { newTraceId } from "#functions/deps/trace-ids.ts";
import type { Platform } from "#sandbox/platform.ts";
import { createStepFunctions } from "#sandbox/step-functions/service.ts";
import { systemTimers, type Timers } from "#sandbox/step-functions/timers.ts";
import { keys } from "#store/keys.ts";
import type { NoticeBus } from "#store/notices.ts";
import { createStore, type Store } from "#store/store.ts";
import { fakeDriver } from "#targets/fake/driver.ts";
import { fakeWorld } from "#targets/fake/world.ts";
import { healDefinition } from "#workflows/heal.ts";
import { rolloutDefinition } from "#workflows/rollout.ts";
import { trainDefinition } from "#workflows/train.ts";
import { aRelease, aSpec } from "./a-deployment.ts";
import {
  ACCOUNT,
  describe,
  executionArn,
  executionsOf,
  type Handlers,
  HEALING,
  REGION,
  ROLLOUT,
  ROOT,
  TRAINS,
} from "./executions-of.ts";
import { fastClock, scaleNow } from "./fast-clock.ts";
import { openTestTable } from "./table.ts";

const PREFIX = `arn:aws:lambda:${REGION}:${ACCOUNT}:function:tutti-driver-`;
const HOOKS = `arn:aws:lambda:${REGION}:${ACCOUNT}:function:tutti-hooks`;
const TRAIN = `arn:aws:lambda:${REGION}:${ACCOUNT}:function:tutti-train`;

/** What a workflow asks: a driver function, the one that calls hooks, or the one that drives trains. */
type Request = DriverRequest | (HookRequest & { verb: "hook" }) | (TrainRequest & { verb: "drive" });

/** What goes wrong with the next `times` invocations of a verb: it fails before or after its work, never answers, or runs twice. */
export type Mishap = {
  verb: Request["verb"];
  times: number;
  how: "fails" | "losesAnswer" | "hangs" | "runsTwice";
  /** So many invocations go well before it. */
  skip?: number;
  /** Name of the error; default one that is tried again. */
  error?: string;
};

/** Functions of which each has one verb. */
const OTHERS: Record<string, "hook" | "drive"> = { [HOOKS]: "hook", [TRAIN]: "drive" };

export type StageOptions = {
  hosts?: number;
  timers?: Timers;
  /** In place of the fake one over `world`. */
  driver?: Driver;
  /** Where changes are told. */
  bus?: NoticeBus;
  clock?: Clock;
  /** Before a train's deployment is put together: so a round stalls for as long as a test needs it. */
  beforePrepare?: () => Promise<void>;
  /** In place of the engine in this process. */
  conduct?: (request: DriverRequest) => Promise<unknown>;
};

export type Stage = Awaited<ReturnType<typeof openStage>>;

export async function openStage(options: StageOptions = {}) {
  const { hosts = 3, timers = systemTimers, driver, bus, clock = fastClock() } = options;
  const table = await openTestTable();
  const directory = mkdtempSync(join(tmpdir(), "tutti-stage-"));
  const dying = { next: false };
  const store = createStore({ ...table, clock, bus: bus && mortal(bus, dying) });
  const world = fakeWorld(hosts);
  const mishaps: Mishap[] = [];
  const holds = new Map<Request["verb"], Promise<void>>();
  const invocations: string[] = [];
  const logs: string[] = [];
  const platform = { ...bare(directory, scaleNow()), call } as Platform;
  const machine = createStepFunctions(platform, { timers });
  const handlers = machine.handlers;
  let deps: EngineDeps;

  async function call(service: string, operation: string, input: unknown): Promise<unknown> {
    if (service === "states") return handlers[operation]!(input, { principal: ROOT });
    const { FunctionName, Payload } = input as { FunctionName: string; Payload: Uint8Array };
    const request = JSON.parse(Buffer.from(Payload).toString());
    const running = invoke(FunctionName in OTHERS ? { ...request, verb: OTHERS[FunctionName] } : request);
    working.add(running);
    return running.finally(() => working.delete(running));
  }

  /** Until then hangs what hangs. */
  const closing = Promise.withResolvers<never>();
  closing.promise.catch(() => {});

  /** Invocations under way; a function goes on when its execution has ended. */
  const working = new Set<Promise<unknown>>();

  const play = (request: Request): Promise<unknown> => {
    if (request.verb === "drive") return drive(trainDeps, request);
    if (request.verb === "hook") return runHook(hookDeps, request);
    return options.conduct ? options.conduct(request) : conduct(deps, request);
  };

  async function invoke(request: Request): Promise<unknown> {
    invocations.push(request.verb);
    if (holds.has(request.verb)) await Promise.race([holds.get(request.verb), closing.promise]);
    const mishap = takeMishap(mishaps, request.verb);
    try {
      if (mishap?.how === "hangs") await closing.promise;
      if (mishap?.how === "fails") throw named(mishap.error);
      const answer = await play(request);
      if (mishap?.how === "losesAnswer") throw named(mishap.error);
      const last = mishap?.how === "runsTwice" ? await play(request) : answer;
      return { StatusCode: 200, Payload: Buffer.from(JSON.stringify(last ?? null)) };
    } catch (error) {
      const { name, message } = error as Error;
      const payload = { errorType: name, errorMessage: message, trace: [] };
      return { StatusCode: 200, FunctionError: "Unhandled", Payload: Buffer.from(JSON.stringify(payload)) };
    }
  }

  const control = controlDeps(store, clock, handlers, logs);
  const alarms = fakeAlarms();
  const metrics = fakeMetrics();
  const secrets = fakeSecrets();
  const hooks = fakeHooks();
  const hookDeps: HookDeps = { ...control, hooks, random: () => 0 };
  deps = {
    ...control,
    driver: driver ?? fakeDriver(world),
    alarms,
    metrics,
    secrets,
    home: { account: "000000000000", region: "us-east-1" },
    identities: fakeIdentities(),
  };
  await handlers.CreateStateMachine!(
    {
      name: "tutti-rollout",
      roleArn: ROOT,
      definition: JSON.stringify(
        rolloutDefinition({ driverArnPrefix: PREFIX, hooksArn: HOOKS, rolloutArn: ROLLOUT }),
      ),
    },
    { principal: ROOT },
  );
  const trains = { functionArn: TRAIN, trainArn: TRAINS };
  await handlers.CreateStateMachine!(
    { name: "tutti-trains", roleArn: ROOT, definition: JSON.stringify(trainDefinition(trains)) },
    { principal: ROOT },
  );
  await store.environments.put({ name: "prod", pools: {}, updatedAt: "2026-01-05T12:00:00.000Z" });
  await handlers.CreateStateMachine!(
    {
      name: "tutti-heal",
      roleArn: ROOT,
      definition: JSON.stringify(healDefinition({ driverArnPrefix: PREFIX })),
    },
    { principal: ROOT },
  );
  const trainExecutions = executionsOf<TrainInput>(handlers, TRAINS);
  const healings: string[] = [];
  const healExecutions = executionsOf<HealInput>(handlers, HEALING);
  const begin = healExecutions.start;
  healExecutions.start = async (name, input) => {
    healings.push(name);
    await begin(name, input);
  };
  /** What a sweep has found is mended when it has come back, so that a test may look. */
  const swept = async () => {
    const report = await sweep(sweepDeps);
    for (const name of healings.splice(0))
      while ((await healExecutions.describe(name)) === "running")
        await new Promise((resolve) => setTimeout(resolve, 5));
    return report;
  };
  const trainDeps: TrainDeps = {
    ...control,
    prepare: async (asked, by) => {
      await options.beforePrepare?.();
      return prepareMember(control, asked, { name: by, client: "train" });
    },
  };
  const sweepDeps: SweepDeps = {
    ...control,
    trainExecutions,
    healExecutions,
    drivers: { invoke: (_kind, request) => conduct(deps, request) },
  };

  return {
    store,
    table,
    world,
    clock,
    deps,
    /** What the API and the sweep are handed; a test may break it for a while. */
    control: { ...control, trainExecutions, healExecutions },
    mishaps,
    /** From now on invocations of the verb wait, until what this answers is called: so a moment lasts as long as a test needs it. */
    hold: (verb: Request["verb"]) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      holds.set(verb, promise);
      return () => {
        holds.delete(verb);
        resolve();
      };
    },
    alarms,
    metrics,
    secrets,
    hooks,
    invocations,
    logs,
    machine,
    submit: (version: string, options: SubmitOptions = {}) => deploy(control, store, version, options),
    act: (id: string, action: Word["action"], actor = "ann", actorId?: string) =>
      act(control, id, { action, actor, actorId }),
    sweep: swept,
    /** As if nobody had come to say that it was told. */
    forgetTold: (id: string) =>
      table.client.send(new DeleteCommand({ TableName: table.table, Key: keys.told(id) })),
    /** Whoever changes a status next has died when it was to be told. */
    dieBehindTheNextWrite: () => {
      dying.next = true;
    },
    conduct: (request: DriverRequest) => conduct(deps, request),
    until: (id: string, holds: (deployment: Deployment) => boolean, patienceMs?: number) =>
      until(store, id, holds, patienceMs),
    ended: (id: string) => until(store, id, (deployment) => isEnded(deployment.status)),
    target: () => store.targets.need({ app: "shop", environment: "prod" }),
    /** Waits until nobody holds the lock. */
    free: () => untilFree(store),
    execution: (name: string) => describe(handlers, executionArn(name)),
    stop: (name: string) =>
      handlers.StopExecution!({ executionArn: executionArn(name) }, { principal: ROOT }) as Promise<unknown>,
    transitions: (name: string) => machine.transitionsOf(executionArn(name)),
    close: async () => {
      closing.reject(new Error("the stage is closed"));
      await machine.stop?.();
      // What works on does so for a watch at most, and longer on a busy machine; the table is not taken from under it.
      const moment = new Promise((resolve) => setTimeout(resolve, 10_000).unref());
      await Promise.race([Promise.allSettled(working), moment]);
      await table.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** A function that dies neither tells nor keeps what it was to tell: the store's own way out is closed too. */
function mortal(bus: NoticeBus, dying: { next: boolean }): NoticeBus {
  return {
    put: async (notices) => {
      if (!dying.next) return bus.put(notices);
      dying.next = false;
      // Nobody can keep what cannot be written as JSON.
      notices.push({ toJSON: () => fail("it died") } as never);
      return fail("it died");
    },
  };
}

function fail(message: string): never {
  throw new Error(message);
}

export type SubmitOptions = Partial<Submission> & {
  rollout?: Partial<Spec["rollout"]>;
  health?: Partial<Spec["health"]>;
  /** What its release says besides. */
  manifest?: Record<string, unknown>;
};

async function deploy(deps: ControlDeps, store: Store, version: string, options: SubmitOptions) {
  const { rollout, health, manifest, ...rest } = options;
  const base = aSpec();
  const spec: Spec = {
    ...base,
    ...rest.spec,
    rollout: { ...base.rollout, maxUnavailable: "100%", ...rollout },
    health: { ...base.health, ...health },
  };
  await store.releases.create(aRelease(version, { replicas: spec.replicas, ...manifest }));
  return submit(deps, {
    app: "shop",
    environment: "prod",
    version,
    createdBy: "ann",
    trigger: "api",
    ...rest,
    spec,
  });
}

/** Alarms that a test sets: name to the reason why it fires, or nothing while it does not. */
function fakeAlarms() {
  const states = new Map<string, string>();
  const alarms = {
    states,
    reads: 0,
    /** Reading fails with it as long as it is there. */
    error: undefined as Error | undefined,
    async read(names: string[]): Promise<Alarm[]> {
      alarms.reads += 1;
      if (alarms.error) throw alarms.error;
      const known = names.filter((name) => states.has(name));
      return known.map((name) => ({ name, firing: states.get(name) !== "", reason: states.get(name)! }));
    },
  };
  return alarms;
}

/** The same minutes of every series, newest first. */
function fakeMetrics() {
  const metrics = {
    points: [] as Point[],
    read: async (series: Series[], minutes: number): Promise<Point[][]> =>
      series.map(() => metrics.points.slice(0, minutes)),
  };
  return metrics;
}

/** What is there, by name. */
function fakeSecrets() {
  const versions = new Map<string, string>();
  return { versions, versionOf: async ({ name }: SecretReference) => versions.get(name) ?? null };
}

/** Names of what would be written. */
function fakeIdentities(): EngineDeps["identities"] {
  return {
    authority: async (environment) => ({
      environment,
      secret: `tutti/authority/${environment}`,
      keys: [{ kty: "OKP", crv: "Ed25519", x: "x", kid: "k" }],
    }),
    issue: async ({ app, environment }, at) => ({
      secret: `tutti/identity/${app}/${environment}`,
      issuedAt: at,
      expiresAt: at,
    }),
    remove: async () => {},
  };
}

type HookRequested = Parameters<HookCalls["call"]>[0];

/** Hooks by name; one that nobody set says yes. */
function fakeHooks() {
  const hooks = {
    answers: new Map<string, (request: HookRequested) => HookResult | Promise<HookResult>>(),
    calls: [] as HookRequested[],
    async call(request: HookRequested): Promise<HookResult> {
      hooks.calls.push(request);
      const answer = hooks.answers.get(request.message.name);
      return answer ? answer(request) : { outcome: "done", detail: "answered 200", output: "" };
    },
  };
  return hooks;
}

function takeMishap(mishaps: Mishap[], verb: Mishap["verb"]): Mishap | undefined {
  const mishap = mishaps.find((one) => one.verb === verb && one.times > 0);
  if (!mishap) return undefined;
  if (mishap.skip) {
    mishap.skip -= 1;
    return undefined;
  }
  mishap.times -= 1;
  return mishap;
}

function named(name = "Tutti.Internal"): Error {
  return Object.assign(new Error("made to fail by the test"), { name });
}

function bare(directory: string, timeScale: number): Omit<Platform, "call"> {
  return {
    accountId: ACCOUNT,
    region: REGION,
    directory,
    endpoint: "http://127.0.0.1:0",
    timeScale,
    now: () => Date.now(),
    log: () => {},
    address: () => "127.0.0.1",
    addressFor: () => "127.0.0.1",
    allows: () => true,
    credentialsOf: () => ({ accessKeyId: "test", secretAccessKey: "test" }),
    emit: () => {},
    machineAddresses: new Map(),
    serverCertificates: new Map(),
  };
}

function controlDeps(store: Store, clock: Clock, handlers: Handlers, logs: string[]): ControlDeps {
  const caller = { principal: ROOT };
  const line = (message: string, fields?: Record<string, unknown>) =>
    void logs.push(`${message} ${JSON.stringify(fields ?? {})}`);
  return {
    store,
    clock,
    newTraceId,
    ids: idSource(clock.now, Math.random),
    log: { info: line, warn: line, error: line },
    executions: executionsOf(handlers, ROLLOUT),
    tokens: {
      succeed: async (taskToken, output) => {
        try {
          await handlers.SendTaskSuccess!({ taskToken, output: JSON.stringify(output) }, caller);
        } catch (error) {
          // The SDK gives an error the name of its code.
          throw Object.assign(error as Error, {
            name: (error as { code?: string }).code ?? (error as Error).name,
          });
        }
      },
    },
  };
}

const PATIENCE_MS = 90_000;

async function until(
  store: Store,
  id: string,
  holds: (deployment: Deployment) => boolean,
  patienceMs = PATIENCE_MS,
): Promise<Deployment> {
  for (const endMs = Date.now() + patienceMs; ; ) {
    const deployment = await store.deployments.need(id);
    if (holds(deployment)) return deployment;
    if (Date.now() > endMs) throw new Error(`${id} is still ${JSON.stringify(summary(deployment))}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function summary({ status, reason, steps, failures, generation, rounds, ending, intent }: Deployment) {
  return {
    status,
    reason,
    generation,
    rounds,
    ending,
    intent,
    failures,
    steps: steps.map((one) => [one.label, one.status]),
  };
}

async function untilFree(store: Store): Promise<void> {
  for (const endMs = Date.now() + PATIENCE_MS; ; ) {
    const { lock } = await store.targets.need({ app: "shop", environment: "prod" });
    if (!lock) return;
    if (Date.now() > endMs) throw new Error(`the lock is still held by ${lock.owner}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
