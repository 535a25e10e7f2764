// What a caller asked for, checked and made into what the engine takes. Nothing is changed here.
import type { Role } from "#core/domain/access.ts";
import type { App } from "#core/domain/app.ts";
import type { Trigger } from "#core/domain/deployment.ts";
import type { Environment } from "#core/domain/environment.ts";
import type { Kind } from "#core/domain/kind.ts";
import type { Release } from "#core/domain/release.ts";
import { withinBounds } from "#core/domain/scaling.ts";
import type { Spec } from "#core/domain/spec.ts";
import { TuttiError, wrongAt } from "#core/errors.ts";
import { parseRollout } from "#core/manifest/parse.ts";
import type { RolloutOverride } from "#core/manifest/rollout-schema.ts";
import { specFor } from "#core/manifest/spec-for.ts";
import { resizeFindings, volumeFindings } from "#core/manifest/volume-rules.ts";
import { isWeaker } from "#core/plan/gates.ts";
import { specOf } from "#engine/context.ts";
import type { Submission } from "#engine/submit.ts";
import { type Caller, HELD } from "./caller.ts";
import type { ApiDeps } from "./deps.ts";
import { needEnvironment, needRelease } from "./find.ts";
import { refusal } from "./validate.ts";

type Deps = Pick<ApiDeps, "store">;

export type DeploymentAsked = {
  environment: string;
  version: string;
  rollout?: Record<string, unknown> | undefined;
  onConflict?: Submission["onConflict"];
};

/** Who starts a deployment, and by what. Without a role nobody's token is behind it. */
export type Initiator = { id?: string; name: string; role?: Role; client: Trigger; traceId?: string };

export async function deploymentOf(
  deps: Deps,
  app: App,
  asked: DeploymentAsked,
  caller: Initiator,
): Promise<Submission> {
  const rollout = asked.rollout === undefined ? undefined : parseRollout(asked.rollout, app.kind);
  const more = { rollout, onConflict: asked.onConflict, trigger: caller.client };
  const submission = await submissionOf(deps, app, asked.environment, asked.version, caller, more);
  assertMayAsk(caller, submission);
  await assertSizes(deps, submission);
  return submission;
}

/** What has run there is a way back, which nothing closes: its dry run says that disks keep their size. */
async function assertSizes({ store }: Deps, { app, environment, version, spec }: Submission): Promise<void> {
  const target = spec.kind === "vm" ? await store.targets.get({ app, environment }) : null;
  if (!target?.release || target.history.includes(version)) return;
  const running = await store.releases.get(app, target.release);
  const found = running ? resizeFindings(specOf(running, environment), spec) : [];
  if (found.length > 0) throw refusal(found.map(({ keys, message }) => ({ path: keys[0]!, message })));
}

/** Whoever may not change manifests does not take away for one deployment what a manifest asks for. */
function assertMayAsk({ role }: Initiator, { spec, asManifest = spec }: Submission): void {
  if (role === undefined || HELD[role].includes("operate") || !isWeaker(spec.rollout, asManifest.rollout))
    return;
  throw new TuttiError(
    "forbidden",
    `The role ${role} may ask for more approvals than the manifest does, not for fewer.`,
  );
}

export type RollbackAsked = { environment: string; version?: string | undefined };

export async function rollbackOf(
  deps: Deps,
  app: App,
  { environment, version }: RollbackAsked,
  caller: Caller,
): Promise<Submission> {
  await needEnvironment(deps, environment, "environment");
  const earlier = version ?? (await previousVersion(deps, app.app, environment));
  const more = { trigger: "rollback" as const, onConflict: "supersede" as const };
  const submission = await submissionOf(deps, app, environment, earlier, caller, more);
  // What never ran there is something new, by whatever name it is asked for.
  const target = await deps.store.targets.get({ app: app.app, environment });
  return { ...submission, wayBack: target?.history.includes(earlier) ?? false };
}

/** What runs there, with another count of replicas; of a function, of environments that are kept initialised. */
export async function scalingOf(
  deps: Deps,
  app: App,
  { environment, replicas }: { environment: string; replicas: number },
  { client = "scale", ...by }: Asker,
): Promise<Submission> {
  const submission = await whatRunsIn(deps, app, environment, { ...by, client });
  const { kind, scaling } = submission.spec;
  const none =
    "A function has no replicas to count: Lambda scales it by itself. With `scaling` in its manifest, so many are kept initialised.";
  if (kind === "function" && !scaling) throw new TuttiError("not_supported_by_kind", none);
  assertWithinBounds(submission.spec, replicas);
  return { ...submission, purpose: "scale", spec: { ...submission.spec, replicas } };
}

/** Where scaling chooses the count, a person chooses between its bounds too. */
function assertWithinBounds({ scaling }: Spec, replicas: number): void {
  if (withinBounds(scaling, replicas) === replicas) return;
  const message = `must be from ${scaling!.min} to ${scaling!.max}, the bounds of scaling, not ${replicas}`;
  throw wrongAt("replicas", message, "outside_scaling_bounds");
}

/** What runs there, in fresh copies. */
export async function restartOf(
  deps: Deps,
  app: App,
  { environment }: { environment: string },
  { client = "restart", ...by }: Asker,
): Promise<Submission> {
  const none =
    "A function has no copies to restart: Lambda starts fresh ones by itself; kinds server, vm, container can.";
  if (app.kind === "function") throw new TuttiError("not_supported_by_kind", none);
  return { ...(await whatRunsIn(deps, app, environment, { ...by, client })), purpose: "restart" };
}

type Asker = { id?: string; name: string; client?: Trigger; traceId?: string | undefined };

/** The release that runs there, asked for again. */
async function whatRunsIn(
  deps: Deps,
  app: App,
  environment: string,
  { id, name, client, traceId }: Asker & { client: Trigger },
): Promise<Submission> {
  const target = await deps.store.targets.need({ app: app.app, environment });
  if (target.release === null)
    throw new TuttiError("conflict", `Nothing runs in ${app.app}/${environment}; deploy a release first.`);
  return submissionOf(deps, app, environment, target.release, { id, name, traceId }, { trigger: client });
}

/** By which releases of one app are newer or older. */
export function ageOf({ artifactAt, createdAt }: Release): string {
  return artifactAt ?? createdAt;
}

type More = {
  trigger: Trigger;
  rollout?: RolloutOverride | undefined;
  onConflict?: Submission["onConflict"];
};

async function submissionOf(
  deps: Deps,
  { app }: Pick<App, "app">,
  environment: string,
  version: string,
  caller: Pick<Asker, "id" | "name" | "traceId">,
  { trigger, rollout, onConflict }: More,
): Promise<Submission> {
  const place = await needEnvironment(deps, environment, "environment");
  const release = await needRelease(deps, app, version, "version");
  const own = specOf(release, environment);
  const spec = rollout ? specFor(release.manifest as never, environment, rollout) : own;
  if (rollout) assertRollout(spec);
  assertPlace(place, spec);
  await assertSameKind(deps, app, environment, own.kind);
  const sequences = [{ of: "releases" as const, at: ageOf(release), onlyNewer: false }];
  const by = { createdBy: caller.name, createdById: caller.id, traceId: caller.traceId };
  return { app, environment, version, spec, ...by, trigger, onConflict, sequences, asManifest: own };
}

/** What a deployment says of its own may contradict what the release's volumes ask of a rollout. */
function assertRollout(spec: Spec): void {
  const found = volumeFindings(spec).map(({ keys, message }) => ({ path: keys[0]!, message }));
  if (found.length > 0) throw refusal(found);
}

const NO_DISKS = "no cluster.infrastructureRoleArn in its settings, with which ECS makes disks";

/** What each kind needs of an environment. */
const NEEDS: Record<Kind, (place: Environment, spec: Spec) => string | null> = {
  server: ({ pools }, { server }) => {
    if (Object.hasOwn(pools, server.pool)) return null;
    return `no server pool "${server.pool}"; it has: ${Object.keys(pools).join(", ") || "none yet"}`;
  },
  vm: (place) => missing(place, ["loadBalancer", "network", "vm"]),
  container: (place, { volumes = [] }) => {
    const files = volumes.some(({ shared }) => shared) ? (["storage"] as const) : [];
    const disks = volumes.some(({ ephemeral }) => ephemeral);
    const role = disks && !place.cluster?.infrastructureRoleArn ? NO_DISKS : null;
    return missing(place, ["loadBalancer", "network", "cluster", ...files]) ?? role;
  },
  function: (place, { volumes = [] }) => {
    if (volumes.length === 0) return null;
    const groups = place.network?.securityGroupIds.length ? null : "no securityGroupIds in its network";
    return missing(place, ["storage", "network"]) ?? groups;
  },
};

function missing(place: Environment, names: (keyof Environment)[]): string | null {
  const absent = names.filter((name) => place[name] === undefined);
  return absent.length === 0 ? null : `no ${absent.join(", ")} in its settings`;
}

function assertPlace(place: Environment, spec: Spec): void {
  const lacking = NEEDS[spec.kind](place, spec);
  if (lacking !== null) throw refusal([{ path: "environment", message: `${place.name} has ${lacking}` }]);
}

/** A release from when the app was of another kind cannot take the place of what runs. */
async function assertSameKind(
  { store }: Deps,
  app: string,
  environment: string,
  kind: string,
): Promise<void> {
  const target = await store.targets.get({ app, environment });
  if (!target || target.kind === kind) return;
  const detail = `${app}/${environment} runs as ${target.kind}, and this release is for ${kind}.`;
  throw new TuttiError("conflict", detail);
}

/** The last release that succeeded there and is not the one that runs now. */
async function previousVersion({ store }: Deps, app: string, environment: string): Promise<string> {
  const target = await store.targets.get({ app, environment });
  const version = target?.history.find((one) => one !== target.release);
  if (version !== undefined) return version;
  const detail = `No other release has succeeded for ${app} in ${environment}; name one with \`version\`.`;
  throw new TuttiError("no_previous_release", detail);
}
