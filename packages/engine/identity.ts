// Identities: whom an app lets in, and by what a caller proves who it is. Decided when a deployment is planned, under the target's
// lock, and remembered with the target, so that every later look hands the driver the same spec. Costs nothing where no app
// asks who calls.
import { instant } from "#core/clock.ts";
import { startedAfresh } from "#core/connect/connections.ts";
import type { Deployment } from "#core/domain/deployment.ts";
import type { Spec } from "#core/domain/spec.ts";
import type { Target } from "#core/domain/target.ts";
import {
  ALLOW_VARIABLE,
  allows,
  allowValue,
  canHoldIdentity,
  EVERYONE,
  IDENTITY_VARIABLE,
  isDueAtDeployment,
} from "#core/identity/identity.ts";
import type { Manifest } from "#core/manifest/schema.ts";
import { specFor } from "#core/manifest/spec-for.ts";
import type { TargetName } from "#store/targets.ts";
import { asking } from "./asking.ts";
import type { ControlDeps, EngineDeps } from "./deps.ts";

/** The spec as the app is to see it: whom it lets in, and its identity where it has one. */
export async function identified(deps: ControlDeps, environment: string, spec: Spec): Promise<Spec> {
  const [authority, target] = await Promise.all([
    spec.allow?.length ? deps.store.authorities.get(environment) : null,
    spec.connect?.length ? deps.store.targets.get({ app: spec.app, environment }) : null,
  ]);
  const identity = canHoldIdentity(spec) ? target?.identity : undefined;
  const said: Record<string, string> = authority ? { [ALLOW_VARIABLE]: allowValue(spec, authority) } : {};
  const held: Record<string, string> = identity
    ? { [IDENTITY_VARIABLE]: `secretsmanager:${identity.secret}` }
    : {};
  return { ...spec, config: { ...spec.config, ...said }, secrets: { ...spec.secrets, ...held } };
}

/**
 * Before any copy starts: the environment's authority where somebody asks who calls, and a new identity where the app has to say it. Asked
 * twice it makes none twice. The first one waits for a deployment that starts every copy: one that some do not have is none.
 */
export async function ensureIdentity(
  deps: EngineDeps,
  { app, environment, spec }: Pick<Deployment, "app" | "environment" | "spec">,
  target: Target,
  startsAll: boolean,
): Promise<void> {
  if (spec.allow?.length) await ensureAuthority(deps, environment);
  if (!canHoldIdentity(spec) || !isDueAtDeployment(target.identity, deps.clock.now())) return;
  if (!target.identity && (!startsAll || (await restricted(deps, environment, spec)).length === 0)) return;
  if (spec.connect?.length) await issue(deps, { app, environment });
}

/** With the target: nobody is to prove any more that they are it. */
export async function removeIdentity(deps: EngineDeps, name: TargetName): Promise<void> {
  const identity = (await deps.store.targets.get(name))?.identity;
  if (identity) await asking(() => deps.identities.remove(identity));
}

/** What the dry run and the plan say of who may call whom. */
export async function identityNotes(deps: ControlDeps, environment: string, spec: Spec): Promise<string[]> {
  const callers = (spec.allow ?? []).filter((app) => app !== EVERYONE);
  const told = await Promise.all(
    callers.map((app) => noteOnCaller(deps, environment, { app, of: spec.app })),
  );
  const callees = await restricted(deps, environment, spec);
  return [
    ...told.filter((note) => note !== null),
    ...callees
      .filter(({ allow = [] }) => !allows(allow, spec.app))
      .map(
        ({ app }) => `connect: ${app} does not allow ${spec.app} in ${environment}: its calls are refused.`,
      ),
    ...(callees.length > 0 && !canHoldIdentity(spec)
      ? [
          `connect: ${callees[0]!.app} asks who calls, and a function of ${spec.function.runtime} cannot hold an identity.`,
        ]
      : []),
  ];
}

async function noteOnCaller(
  deps: ControlDeps,
  environment: string,
  { app, of }: { app: string; of: string },
): Promise<string | null> {
  const caller = await specNow(deps, environment, app);
  if (!caller) return `allow: there is no app ${app} yet.`;
  if (!caller.connect?.includes(of))
    return `allow: ${app} does not say connect: [${of}] for ${environment}, so it gets no identity and its calls are refused.`;
  if (!canHoldIdentity(caller))
    return `allow: ${app} is a function of ${caller.function.runtime}, which cannot hold an identity: its calls are refused.`;
  const target = await deps.store.targets.get({ app, environment });
  if (!target || target.release === null || (target.identity && target.holdsIdentity !== false)) return null;
  return `allow: ${app} runs in ${environment} without an identity yet; ${startedAfresh(caller)} before ${of}, or its calls are refused until then.`;
}

/** Those of the apps it connects to that ask who calls, as their manifests are now. */
async function restricted(deps: ControlDeps, environment: string, { connect = [] }: Spec): Promise<Spec[]> {
  const callees = await Promise.all(connect.map((app) => specNow(deps, environment, app)));
  return callees.filter((callee) => callee !== null && (callee.allow?.length ?? 0) > 0) as Spec[];
}

async function specNow(deps: ControlDeps, environment: string, app: string): Promise<Spec | null> {
  const known = await deps.store.apps.get(app);
  return known ? specFor(known.manifest as unknown as Manifest, environment) : null;
}

/** In the place of the one before; both are good until they are over. */
export async function issue(deps: EngineDeps, name: TargetName): Promise<void> {
  await ensureAuthority(deps, name.environment);
  const identity = await asking(() => deps.identities.issue(name, instant(deps.clock.now())));
  await deps.store.targets.change(name, (target) => ({
    ...target,
    identity,
    ...(target.identity ? {} : { holdsIdentity: false }),
  }));
}

async function ensureAuthority(deps: EngineDeps, environment: string): Promise<void> {
  if (await deps.store.authorities.get(environment)) return;
  await deps.store.authorities.put(await asking(() => deps.identities.authority(environment)));
}
