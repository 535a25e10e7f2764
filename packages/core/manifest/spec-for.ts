// Makes a manifest whole for one environment: defaults of the kind, the app's words, the environment's words, the
// deployment's own `rollout`. After this nobody asks what a missing key means.
import type { Hook, Hooks } from "../domain/hook.ts";
import type { Kind } from "../domain/kind.ts";
import type { Scaling } from "../domain/scaling.ts";
import { LATEST, type Schedule } from "../domain/schedule.ts";
import type { RolloutPolicy, Spec } from "../domain/spec.ts";
import { isStateful, type Volume } from "../domain/volume.ts";
import { HEALING } from "../heal/policy.ts";
import { ONE_AT_A_TIME } from "../plan/pace.ts";
import { HOLD_SECONDS } from "../rollout/limits.ts";
import { functionSize } from "./function-size.ts";
import { merge } from "./merge.ts";
import type { RolloutOverride } from "./rollout-schema.ts";
import type { Manifest, Overlay } from "./schema.ts";

const ROLLOUT: RolloutPolicy = {
  strategy: "rolling",
  batch: 1,
  maxSurge: 0,
  maxUnavailable: 0,
  maxFailures: 0,
  weights: [],
  bakeSeconds: 0,
  drainSeconds: 10,
  deadlineSeconds: 600,
  approval: "none",
  approvalSeconds: HOLD_SECONDS,
  onFailure: "rollback",
  onConflict: "queue",
  alarms: [],
};

/** The contract's table of kinds. On servers the largest batch bounds what is away, unless less is said. */
const ROLLOUT_OF_KIND: Record<Kind, Partial<RolloutPolicy>> = {
  server: { maxUnavailable: "100%" },
  vm: { maxSurge: 1, weights: [10, 50, 100] },
  // ECS knows no batches: without a word there is no cap.
  container: { batch: "100%", maxSurge: 1, weights: [10, 50, 100] },
  function: { strategy: "canary", weights: [10, 50, 100] },
};

const DEFAULTS = {
  port: 8080,
  replicas: 1,
  health: {
    path: "/healthz",
    intervalSeconds: 2,
    timeoutSeconds: 2,
    healthyThreshold: 2,
    unhealthyThreshold: 3,
    graceSeconds: 30,
  },
  healing: HEALING,
  hooks: { before: [], afterStep: [], after: [] },
  config: {},
  secrets: {},
  onSecretRotation: "none",
  connect: [],
  vm: { keepSeconds: 300 },
  container: { launchType: "FARGATE", capacityProviders: [], placement: "spread", architecture: "x86_64" },
  resources: { cpu: 0.25, memoryMiB: 512 },
  server: { pool: "web", supervisor: "systemd", setup: false },
  function: { handler: "index.handler", runtime: "nodejs24.x", memoryMiB: 128, timeoutSeconds: 5 },
  schedules: [],
  autoDeploy: false,
} as const;

/** Pure. An environment that the manifest does not name gets the app's values. */
export function specFor(manifest: Manifest, environment: string, rollout?: RolloutOverride): Spec {
  const { environments, ...app } = manifest;
  const overlay =
    environments && Object.hasOwn(environments, environment) ? environments[environment] : undefined;
  const said = merge(merge(merge({ rollout: {} }, app), overlay), { rollout });
  const defaults = { ...DEFAULTS, rollout: rolloutDefaults(manifest.kind, said) };
  const spec = merge(defaults, said) as unknown as Spec;
  return {
    ...spec,
    server: wholeServer(spec, said as Partial<Spec>),
    vm: wholeVm(spec, said as Partial<Spec>),
    ...functionSize(spec, said as Partial<Spec>),
    ...(spec.scaling
      ? {
          scaling: reaching(
            wholeScaling(spec.scaling, spec.kind),
            spec.kind === "function" ? {} : (overlay ?? {}),
          ),
          replicas: spec.kind === "function" ? spec.replicas : firstCount(said as Partial<Spec>, spec),
        }
      : {}),
    container: wholeContainer(spec.container),
    hooks: wholeHooks(spec.hooks!),
    schedules: spec.schedules!.map(wholeSchedule),
  };
}

// A release keeps the manifest as it was written: what its schema would have added is added here.

/** Who says what a copy needs, or where it may be, has it placed. */
function wholeServer({ kind, server }: Spec, said: Partial<Spec>): Spec["server"] {
  const { placement, labels, apartFrom } = server;
  const placed = [said.resources, placement, labels, apartFrom].some((one) => one !== undefined);
  return kind === "server" && placed ? { ...server, placement: placement ?? "spread" } : server;
}

/** Who says how much a copy needs has its type chosen by that. */
function wholeVm({ kind, vm, resources }: Spec, said: Partial<Spec>): Spec["vm"] {
  const { cpu, memoryMiB }: Partial<Spec["resources"]> = said.resources ?? {};
  if (kind !== "vm" || (cpu ?? memoryMiB) === undefined) return vm;
  return { ...vm, least: { cpu: resources.cpu, memoryMiB: resources.memoryMiB } };
}

function wholeContainer(container: Spec["container"]): Spec["container"] {
  const capacityProviders = container.capacityProviders.map((one) => ({ ...PROVIDER, ...one }));
  return { ...container, capacityProviders };
}

const PROVIDER = { weight: 1, base: 0 };

const SCALING = { warmupSeconds: 120, scaleIn: true };

function wholeScaling(said: Scaling, kind: Kind): Scaling {
  const scaling = kind === "function" ? { ...ofFunction(said), ...said } : said;
  const { metric } = scaling;
  const whole = typeof metric === "object" ? { ...METRIC, ...metric } : metric;
  return { ...SCALING, ...scaling, ...(metric === undefined ? {} : { metric: whole }) };
}

/** AWS's own example aims at 70 % (Lambda developer guide, "Managing provisioned concurrency with Application Auto Scaling"). */
function ofFunction({ metric }: Scaling): Partial<Scaling> {
  const usual = metric === undefined || metric === "provisionedConcurrencyUtilization";
  return usual ? { metric: "provisionedConcurrencyUtilization", target: 70 } : {};
}

/** A smaller or a larger place: the app's bounds reach as far as the count that an environment says without bounds of its own. */
function reaching(
  scaling: Scaling,
  { replicas, scaling: own }: Pick<Overlay, "replicas" | "scaling">,
): Scaling {
  if (replicas === undefined || own !== undefined) return scaling;
  return { ...scaling, min: Math.min(scaling.min, replicas), max: Math.max(scaling.max, replicas) };
}

const METRIC = { statistic: "Average" as const };

/** Where none is said, scaling begins at its least. */
function firstCount(said: Partial<Spec>, { scaling, replicas }: Spec): number {
  return said.replicas ?? scaling?.min ?? replicas;
}

const HOOK = { timeoutSeconds: 30, attempts: 3, required: true };

function wholeHooks({ before, afterStep, after }: Hooks): Hooks {
  const whole = (hooks: Hook[]) => hooks.map((hook) => ({ ...HOOK, ...hook }));
  return { before: whole(before), afterStep: whole(afterStep), after: whole(after) };
}

function wholeSchedule(schedule: Omit<Schedule, "timezone"> & { timezone?: string }): Schedule {
  const ofDeploy = schedule.action === "deploy" ? { version: LATEST } : {};
  return { timezone: "UTC", ...ofDeploy, ...schedule };
}

/** All at once means in one batch: where copies are replaced, all of the new ones come before the old ones go. */
function rolloutDefaults(
  kind: Kind,
  { rollout: said, volumes }: { rollout: RolloutOverride; volumes?: Volume[] | undefined },
): RolloutPolicy {
  const ofKind = { ...ROLLOUT, ...ROLLOUT_OF_KIND[kind] };
  if (isStateful({ volumes })) return { ...ofKind, ...ONE_AT_A_TIME };
  const replaces = kind === "vm" || kind === "container";
  return replaces && said.strategy === "allAtOnce" ? { ...ofKind, maxSurge: "100%" } : ofKind;
}
