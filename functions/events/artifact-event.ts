// Makes of an object at releases/<app>/<version>/<file> a release, and deploys it where the manifest says autoDeploy.
// What cannot be used leaves an audit line and nothing else; the same event twice has the effect of once.
import { instant } from "#core/clock.ts";
import type { App } from "#core/domain/app.ts";
import { outcomeOf } from "#core/domain/audit-entry.ts";
import type { Environment } from "#core/domain/environment.ts";
import type { Release } from "#core/domain/release.ts";
import { ERRORS, TuttiError } from "#core/errors.ts";
import { specOf } from "#engine/context.ts";
import type { ControlDeps } from "#engine/deps.ts";
import { submit } from "#engine/submit.ts";
import { registerRelease } from "#functions/api/register-release.ts";
import { appName, versionText } from "#functions/api/schemas/names.ts";
import type { ArtifactBucket } from "#functions/deps/artifact-bucket.ts";

export type ArtifactDeps = ControlDeps & { artifacts: ArtifactBucket };

export type ObjectCreated = { detail: { bucket: { name: string }; object: { key: string } } };

const ACTOR = "s3";

export async function takeArtifact(deps: ArtifactDeps, event: ObjectCreated): Promise<void> {
  const { bucket, object } = event.detail;
  const uri = `s3://${bucket.name}/${object.key}`;
  try {
    const { release, created } = await register(deps, object.key, uri);
    await audit(deps, uri, created ? 201 : 200);
    await deployEverywhere(deps, release);
  } catch (error) {
    // What trying again may mend is thrown, so that the platform sends the event again; so is `conflict`: another run
    // of the same event is at it, and may yet fail.
    if (!(error instanceof TuttiError) || ERRORS[error.code].retryable || error.code === "conflict")
      throw error;
    await audit(deps, uri, ERRORS[error.code].status, error.code);
  }
}

async function register(deps: ArtifactDeps, key: string, uri: string) {
  const { app, version } = partsOf(key);
  return registerRelease(deps, await needApp(deps, app), { version, artifact: { uri } }, ACTOR);
}

function partsOf(key: string): { app: string; version: string } {
  const [root, app, version, file, ...more] = key.split("/");
  const named = appName.safeParse(app).success && versionText.safeParse(version).success;
  if (root === "releases" && named && file && more.length === 0) return { app: app!, version: version! };
  throw new TuttiError("invalid_input", `${key} is not releases/<app>/<version>/<file>.`);
}

async function needApp({ store }: ArtifactDeps, name: string): Promise<App> {
  const app = await store.apps.get(name);
  if (!app) throw new TuttiError("not_found", `There is no app ${name}.`);
  return app;
}

async function deployEverywhere(deps: ArtifactDeps, release: Release): Promise<void> {
  let cursor: string | undefined;
  do {
    const page = await deps.store.environments.list({ limit: 200, cursor });
    for (const environment of page.items) await deployOnce(deps, release, environment);
    cursor = page.cursor ?? undefined;
  } while (cursor !== undefined);
}

async function deployOnce(deps: ArtifactDeps, release: Release, { name }: Environment): Promise<void> {
  const spec = specOf(release, name);
  if (!spec.autoDeploy) return;
  const claim = {
    scope: `event:${ACTOR}`,
    key: `${release.app}/${name}/${release.version}`,
    fingerprint: release.id,
  };
  if (await deps.store.idempotency.claim(claim, deps.clock.now())) return;
  const { app, version } = release;
  const submission = { app, environment: name, version, spec, createdBy: ACTOR, trigger: "s3" as const };
  const deployment = await submit(deps, submission).catch(async (error: unknown) => {
    await deps.store.idempotency.forget(claim);
    throw error;
  });
  await deps.store.idempotency.settle(claim, { status: 202, body: { id: deployment.id } }, deps.clock.now());
}

async function audit(deps: ArtifactDeps, uri: string, status: number, code?: string): Promise<void> {
  await deps.store.audit.append({
    id: deps.ids("aud"),
    at: instant(deps.clock.now()),
    actor: ACTOR,
    actorId: ACTOR,
    sourceIp: "s3",
    method: "EVENT",
    path: uri.slice(0, 500),
    status,
    outcome: outcomeOf(status),
    ...(code === undefined ? {} : { code }),
  });
}
