// Rules that only show once a manifest is made whole for an environment. The error stands where the words stand:
// in the overlay if it says the key, else in the app's own part.
import { variableFor } from "../connect/connections.ts";
import type { Kind } from "../domain/kind.ts";
import type { Spec } from "../domain/spec.ts";
import { resolveAmount } from "../plan/amount.ts";
import { functionSizeFindings } from "./function-size.ts";
import { isRecord } from "./merge.ts";
import { distinct, join, type Problem } from "./problem.ts";
import { type Finding, scalingFindings } from "./scaling-rules.ts";
import type { Manifest } from "./schema.ts";
import { specFor } from "./spec-for.ts";
import { volumeFindings } from "./volume-rules.ts";

/** The app alone stands for every environment that the manifest does not name. */
export function mergedProblems(manifest: Manifest): Problem[] {
  const names = Object.keys(manifest.environments ?? {});
  const app = specProblems(specFor(withoutEnvironments(manifest), ""));
  const found = app.map((finding) => place(finding, manifest, null));
  const inEnvironments = names.flatMap((name) =>
    specProblems(specFor(manifest, name)).map((finding) => place(finding, manifest, name)),
  );
  return distinct([...found, ...inEnvironments]);
}

function withoutEnvironments(manifest: Manifest): Manifest {
  return { ...manifest, environments: undefined };
}

function specProblems(spec: Spec): Finding[] {
  return [
    ...startFindings(spec),
    ...configFindings(spec),
    ...secretFindings(spec),
    ...connectFindings(spec),
    ...allowFindings(spec),
    ...deadlineFindings(spec),
    ...replacingFindings(spec),
    ...containerFindings(spec),
    ...scalingFindings(spec),
    ...functionSizeFindings(spec),
    ...vmSizeFindings(spec),
    ...volumeFindings(spec),
  ];
}

function startFindings({ kind, start }: Spec): Finding[] {
  if ((kind !== "server" && kind !== "vm") || start !== undefined) return [];
  return [{ keys: ["start"], message: `is required for kind ${kind}: the command line that runs the app` }];
}

function connectFindings({ app, connect = [] }: Spec): Finding[] {
  if (!connect.includes(app)) return [];
  return [{ keys: ["connect"], message: `names ${app} itself: an app knows where it is` }];
}

function allowFindings({ app, allow = [] }: Spec): Finding[] {
  if (!allow.includes(app)) return [];
  return [{ keys: ["allow"], message: `names ${app} itself: it says who else may call` }];
}

/** Where copies are replaced, one more or one less must be allowed. */
function replacingFindings({ kind, rollout, replicas }: Spec): Finding[] {
  if (kind !== "vm" && kind !== "container") return [];
  const more = resolveAmount(rollout.maxSurge, replicas, "ceil");
  const less = resolveAmount(rollout.maxUnavailable, replicas, "floor");
  if (more > 0 || less > 0) return [];
  const message = "is 0, and so is maxUnavailable: no copy could ever be replaced";
  return [{ keys: ["rollout.maxSurge", "rollout.maxUnavailable"], message }];
}

/** One of them chooses. The disk is the image's affair, whatever the type. */
function vmSizeFindings({ vm }: Spec): Finding[] {
  if (vm.least === undefined || vm.instanceType === undefined) return [];
  const message = `is ${vm.instanceType}, and resources.cpu and resources.memoryMiB choose a type: leave one of them out`;
  return [{ keys: ["vm.instanceType"], message }];
}

/** ECS moves tasks by itself, without batches. */
function containerFindings({ kind, rollout, hooks, container, resources }: Spec): Finding[] {
  if (kind !== "container") return [];
  const found: Finding[] = diskFindings(resources);
  if (rollout.strategy === "rolling" && rollout.approval === "eachStep")
    found.push({
      keys: ["rollout.approval", "rollout.strategy"],
      message:
        "eachStep needs strategy canary or blueGreen: ECS moves tasks without batches, so rolling is one step",
    });
  if (rollout.strategy === "rolling" && (hooks?.afterStep.length ?? 0) > 0)
    found.push({
      keys: ["hooks.afterStep", "rollout.strategy"],
      message:
        "needs strategy canary or blueGreen: ECS moves tasks without batches, so rolling is one step; use hooks.after",
    });
  if (container.placement === "binpack" && container.launchType === "FARGATE")
    found.push({
      keys: ["container.placement", "container.launchType"],
      message: "binpack needs launchType EC2: on Fargate there are no hosts to pack",
    });
  return found;
}

/** ECS, EphemeralStorage: "The minimum supported value is 21 GiB and the maximum supported value is 200 GiB." */
function diskFindings({ diskGiB = 21 }: Spec["resources"]): Finding[] {
  if (diskGiB >= 21 && diskGiB <= 200) return [];
  return [{ keys: ["resources.diskGiB"], message: `must be 21 to 200 on a container, not ${diskGiB}` }];
}

/** PORT and the rest are Tutti's to set; Lambda reserves names of its own (docs.aws.amazon.com/lambda, "Defined runtime environment variables"). */
const OURS = /^(PORT|HOST|TUTTI_.*)$/;
const LAMBDA_RESERVED =
  /^(_HANDLER|_X_AMZN_TRACE_ID|AWS_(DEFAULT_)?REGION|AWS_EXECUTION_ENV|AWS_LAMBDA_.*|AWS_ACCESS_KEY(_ID)?|AWS_SECRET_ACCESS_KEY|AWS_SESSION_TOKEN|LAMBDA_TASK_ROOT|LAMBDA_RUNTIME_DIR)$/;
/** All environment variables of a Lambda function together (docs.aws.amazon.com/lambda, "Quotas"); the rest is for Tutti's own. */
const LAMBDA_CONFIG_BYTES = 4096 - 512;

function configFindings(spec: Spec): Finding[] {
  const names = Object.keys(spec.config);
  const taken = reservedFindings(spec.kind, names, "config");
  if (spec.kind !== "function") return taken;
  // References travel in the function's configuration too, and whom it lets in.
  const entries = [...Object.entries({ ...spec.config, ...spec.secrets }), ...(spec.allow ?? [])];
  const bytes = new TextEncoder().encode(entries.flat().join("")).length;
  const size = `is ${bytes} bytes; on a function it must be at most ${LAMBDA_CONFIG_BYTES}`;
  return [...taken, ...(bytes > LAMBDA_CONFIG_BYTES ? [{ keys: ["config", "secrets"], message: size }] : [])];
}

function reservedFindings(kind: Kind, names: string[], block: string): Finding[] {
  const found = (pattern: RegExp, by: string) =>
    names
      .filter((name) => pattern.test(name))
      .map((name) => ({ keys: [`${block}.${name}`], message: `is set by ${by}: choose another name` }));
  return [...found(OURS, "Tutti"), ...(kind === "function" ? found(LAMBDA_RESERVED, "Lambda") : [])];
}

/** One variable has one source: a secret that something else hides, or that hides it, is nobody's wish. */
function secretFindings({ kind, secrets = {}, config, connect = [], function: own }: Spec): Finding[] {
  const names = Object.keys(secrets);
  if (names.length === 0) return [];
  const urls = new Map(connect.map((app) => [variableFor(app), app]));
  const found = reservedFindings(kind, names, "secrets");
  for (const name of names) {
    const keys = [`secrets.${name}`];
    if (Object.hasOwn(config, name)) found.push({ keys, message: "is in config too: leave one of them out" });
    else if (urls.has(name))
      found.push({ keys, message: `is where connect puts the address of ${urls.get(name)}` });
  }
  if (kind === "function" && !own.runtime.startsWith("nodejs"))
    found.push({
      keys: ["function.runtime", "secrets"],
      message: `must be a nodejs runtime where there are secrets, not ${own.runtime}: what reads them runs in front of the handler`,
    });
  return found;
}

/** A replica that can never be called healthy in time would send every deployment back. */
function deadlineFindings(spec: Spec): Finding[] {
  const { healthyThreshold, intervalSeconds } = spec.health;
  const watch = (healthyThreshold - 1) * intervalSeconds;
  if (spec.rollout.deadlineSeconds > watch) return [];
  const message = `deadlineSeconds ${spec.rollout.deadlineSeconds} is too short: ${healthyThreshold} good checks ${intervalSeconds} s apart take ${watch} s`;
  return [
    { keys: ["rollout.deadlineSeconds", "health.intervalSeconds", "health.healthyThreshold"], message },
  ];
}

function place(finding: Finding, manifest: Manifest, environment: string | null): Problem {
  const { keys, message } = finding;
  const overlay = environment === null ? undefined : manifest.environments?.[environment];
  const inOverlay = overlay && keys.find((key) => says(overlay, key));
  if (inOverlay) return { path: join(`environments.${environment}`, inOverlay), message, sort: "input" };
  return { path: keys.find((key) => says(manifest, key)) ?? keys[0]!, message, sort: "input" };
}

/** An entry of a list is said by its number. */
function says(block: unknown, key: string): boolean {
  const found = key
    .split(".")
    .reduce<unknown>(
      (at, part) =>
        (isRecord(at) || Array.isArray(at)) && Object.hasOwn(at, part)
          ? (at as Record<string, unknown>)[part]
          : undefined,
      block,
    );
  return found !== undefined;
}
