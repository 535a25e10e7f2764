// What a caller asked for, checked and made into the request that the engine takes. Nothing is changed here.
import type { App } from "#core/domain/app.ts";
import type { Trigger } from "#core/domain/deployment.ts";
import { TuttiError } from "#core/errors.ts";
import { parseRollout } from "#core/manifest/parse.ts";
import type { Caller } from "./caller.ts";
import type { ApiDeps, Submission } from "./deps.ts";
import { needEnvironment, needRelease } from "./find.ts";

type Deps = Pick<ApiDeps, "store">;

export type DeploymentAsked = {
  environment: string;
  version: string;
  rollout?: Record<string, unknown> | undefined;
  onConflict?: Submission["onConflict"];
};

export async function requestDeployment(
  deps: Deps,
  app: App,
  asked: DeploymentAsked,
  caller: Caller,
): Promise<Submission> {
  const rollout = asked.rollout === undefined ? undefined : parseRollout(asked.rollout, app.kind);
  await needEnvironment(deps, asked.environment, "environment");
  await needRelease(deps, app.app, asked.version, "version");
  return submission(app, asked.environment, asked.version, caller, caller.client, {
    rollout,
    onConflict: asked.onConflict,
  });
}

export type RollbackAsked = { environment: string; version?: string | undefined };

export async function requestRollback(
  deps: Deps,
  app: App,
  asked: RollbackAsked,
  caller: Caller,
): Promise<Submission> {
  await needEnvironment(deps, asked.environment, "environment");
  const version = asked.version ?? (await previousVersion(deps, app.app, asked.environment));
  await needRelease(deps, app.app, version, "version");
  return submission(app, asked.environment, version, caller, "rollback", { onConflict: "supersede" });
}

function submission(
  { app }: App,
  environment: string,
  version: string,
  caller: Caller,
  trigger: Trigger,
  more: Pick<Submission, "rollout" | "onConflict">,
): Submission {
  return { app, environment, version, createdBy: caller.name, trigger, ...more };
}

/** The last release that succeeded there and is not the one that runs now. */
async function previousVersion({ store }: Deps, app: string, environment: string): Promise<string> {
  const target = await store.targets.get({ app, environment });
  const version = target?.history.find((one) => one !== target.release);
  if (version !== undefined) return version;
  const detail = `No other release has succeeded for ${app} in ${environment}; name one with \`version\`.`;
  throw new TuttiError("no_previous_release", detail);
}
