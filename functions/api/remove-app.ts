// Takes an app away: refused while anything of it runs, unless forced. Then every deployment under way is aborted and
// brought to its end, what runs is retired through its driver, images that are being built are built no further, and only then the app and its releases are forgotten;
// the history of its deployments stays. Asked again after a time-out it goes on where it was.
import type { App } from "#core/domain/app.ts";
import { isEnded } from "#core/domain/deployment.ts";
import type { Target } from "#core/domain/target.ts";
import { TuttiError } from "#core/errors.ts";
import { allowedActions } from "#core/rollout/statuses.ts";
import { act } from "#engine/act.ts";
import { removeSchedules } from "#functions/schedules/keep-schedules.ts";
import type { ApiDeps } from "./deps.ts";
import { runningTargets } from "./find.ts";

const STOP_MS = 20_000;
const LOOK_MS = 250;

export async function removeApp(
  deps: ApiDeps,
  app: App,
  { force, deleteVolumes, actor }: { force: boolean; deleteVolumes: boolean; actor: string },
): Promise<void> {
  const targets = await deps.store.targets.of(app.app);
  const running = runningTargets(targets);
  if (running.length > 0 && !force) throw stillRunning(app, running);
  const until = deps.clock.now() + STOP_MS;
  await Promise.all(running.map((target) => stop(deps, target, actor, until)));
  await Promise.all(targets.map((target) => retire(deps, target, deleteVolumes)));
  await removeSchedules(deps, app.app);
  await forgetReleases(deps, app.app);
  // Images with a tag that somebody pushed stay in the repository, where somebody outside may name them.
  if (app.kind === "container") await deps.imageBuilds.stopAll(app.app);
  await deps.hookSecrets.remove(app.app);
  await deps.store.apps.remove(app.app);
}

/** A new app of this name may use the same versions for other content. What kept their images goes first: asked again, it goes on. */
async function forgetReleases({ store, registry }: ApiDeps, app: string): Promise<void> {
  for (;;) {
    const { items } = await store.releases.list(app, { limit: 100 });
    if (items.length === 0) return;
    const held = items.flatMap(({ id, artifact: { image } }) => (image ? [{ image, releaseId: id }] : []));
    if (held.length > 0) await registry.letGo(held);
    await Promise.all(items.map((release) => store.releases.remove(app, release.version)));
  }
}

async function stop(deps: ApiDeps, target: Target, actor: string, until: number): Promise<void> {
  const { app, environment } = target;
  for (;;) {
    const now = await deps.store.targets.get({ app, environment });
    const ids = now ? [...now.queue, ...(now.lock ? [now.lock.owner] : [])] : [];
    if (ids.length === 0) return;
    for (const id of ids.filter((one) => one.startsWith("dep_"))) await abort(deps, id, actor);
    if (deps.clock.now() >= until) throw stillStopping(target, ids);
    await deps.clock.sleep(LOOK_MS);
  }
}

async function abort(deps: ApiDeps, id: string, actor: string): Promise<void> {
  const deployment = await deps.store.deployments.get(id);
  if (!deployment || isEnded(deployment.status) || deployment.intent?.action === "abort") return;
  if (!allowedActions(deployment).includes("abort")) return;
  try {
    await act(deps, id, { action: "abort", actor, reason: "the app is being deleted" });
  } catch (error) {
    // It ended in between: the better for us.
    if (!(error instanceof TuttiError && error.code === "action_not_allowed")) throw error;
  }
}

/** A target of which nothing was left running, and of whose releases none is left, has nothing to take away. */
async function retire(
  deps: ApiDeps,
  { kind, app, environment }: Target,
  deleteVolumes: boolean,
): Promise<void> {
  try {
    const disks = deleteVolumes ? { deleteVolumes } : {};
    await deps.drivers.invoke(kind, { verb: "retire", app, environment, ...disks });
  } catch (error) {
    if (!(error instanceof TuttiError && error.code === "not_found")) throw error;
  }
  await deps.store.targets.remove({ app, environment });
}

function stillRunning(app: App, running: Target[]): TuttiError {
  const places = running.map(({ environment, release, lock }) => ({
    environment,
    release,
    activeDeployment: lock?.owner ?? null,
  }));
  const where = places.map((one) => `${one.environment} (${one.release ?? one.activeDeployment})`).join(", ");
  return new TuttiError("conflict", `${app.app} runs in ${where}; add ?force=true to stop it first.`, {
    extra: { running: places },
  });
}

function stillStopping({ app, environment }: Target, ids: string[]): TuttiError {
  const detail = `${app}/${environment} is still being brought to an end (${ids.join(", ")}); ask again in a moment.`;
  return new TuttiError("target_busy", detail);
}
