// What the engine is handed. ControlDeps are enough for the API; a driver function has a driver besides.

import type { Clock } from "#core/clock.ts";
import type { Alarm } from "#core/domain/alarm.ts";
import type { Meter } from "#core/domain/cost.ts";
import type { Hook, HookMessage } from "#core/domain/hook.ts";
import type { Kind } from "#core/domain/kind.ts";
import type { Place } from "#core/domain/place.ts";
import type { Series } from "#core/domain/scaling.ts";
import type { RoleReader } from "#core/driver/diagnosis.ts";
import type { Driver } from "#core/driver/driver.ts";
import type { HealInput } from "#core/heal/messages.ts";
import type { Authority, Identity } from "#core/identity/identity.ts";
import type { IdSource } from "#core/ids.ts";
import type { Measures } from "#core/metrics/measures.ts";
import type { DirectRequest, Move, RolloutInput } from "#core/rollout/messages.ts";
import type { Point } from "#core/scale/choose-count.ts";
import type { SecretReference } from "#core/secrets/reference.ts";
import type { TrainInput, TrainMove } from "#core/train/messages.ts";
import type { Store } from "#store/store.ts";
import type { TargetName } from "#store/targets.ts";

export type Executions<Input = RolloutInput> = {
  /** Starts an execution of the workflow. One of that name that is there already is fine. */
  start(name: string, input: Input): Promise<void>;
  describe(name: string): Promise<"running" | "ended" | "missing">;
};

export type Tokens = {
  /** Wakes the state that waits with this token. Errors of the platform may be thrown as they are; stale tokens are told by their names. */
  succeed(token: string, output: Move | TrainMove): Promise<void>;
};

export type Log = {
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
};

export type ControlDeps = {
  store: Store;
  clock: Clock;
  ids: IdSource;
  /** 32 hexadecimal digits, where nobody named a trace; for those who submit. */
  newTraceId?(): string;
  executions: Executions;
  tokens: Tokens;
  log: Log;
  /** What the secrets of receivers of notices begin with. */
  notificationSecretPrefix?: string;
  /** For dashboards; without it nothing is counted. */
  measures?: Measures;
  /** What the function uses, for the receipt; the store writes it with each change. */
  meter?: Meter;
};

export type AlarmReader = {
  /** Those of them that exist. Errors of the platform may be thrown as they are. */
  read(names: string[]): Promise<Alarm[]>;
};

export type MetricReader = {
  /** For each of them its last minutes, newest first: at most `minutes`, those without data left out. Errors of the platform may be thrown as they are. */
  read(series: Series[], minutes: number): Promise<Point[][]>;
};

export type SecretFinder = {
  /** The id of the version that an app would read now; `null` where there is none. Never what it holds. Errors of the platform may be thrown as they are. */
  versionOf(reference: SecretReference): Promise<string | null>;
};

/** Keys of apps and of those who certify them. What is private goes into Secrets Manager and nowhere else. */
export type IdentityIssuer = {
  /** The environment's authority, which is made where there is none. */
  authority(environment: string): Promise<Authority>;
  /** A new key of the target's and its certificate, in the place of those before. The authority must be there. */
  issue(name: TargetName, at: string): Promise<Identity>;
  /** Also where there is none. */
  remove(identity: Identity): Promise<void>;
};

export type EngineDeps = ControlDeps & {
  driver: Driver;
  /** Where Tutti itself stands. */
  home: Place;
  /** The account that the driver looks at and changes; none: Tutti's own. */
  account?: {
    id: string;
    /** Where it is not Tutti's own. */
    region: string | undefined;
    /** Throws what keeps its role from being assumed. */
    assume(): Promise<unknown>;
  };
  /** For kinds that hand roles on. */
  roles?: Pick<RoleReader, "servicesOf">;
  alarms: AlarmReader;
  metrics: MetricReader;
  secrets: SecretFinder;
  identities: IdentityIssuer;
};

/** done: it said yes. refused: no, or nothing that would change by asking again. notNow: worth another attempt. */
export type HookResult = { outcome: "done" | "refused" | "notNow"; detail: string; output: string };

export type HookCalls = {
  /** One attempt, at most as long as the hook says. What it says is without secrets and bounded. */
  call(request: {
    app: string;
    hook: Hook;
    message: HookMessage;
    /** Of the deployment's trace. */
    traceId?: string | undefined;
    /** What is not public and may be called. */
    allowPrivate: string[];
    /** Nobody waits any more. */
    signal: AbortSignal;
  }): Promise<HookResult>;
};

export type HookDeps = ControlDeps & {
  hooks: HookCalls;
  /** In [0, 1). */
  random(): number;
};

export type SweepDeps = ControlDeps & {
  /** Of the train workflow. */
  trainExecutions: Executions<TrainInput>;
  /** Of the workflow of healing. */
  healExecutions: Executions<HealInput>;
  drivers: { invoke(kind: Kind, request: DirectRequest): Promise<unknown> };
};
