// Things by name, as routes need them: what a path names and is not there is 404, what a body names is 422 with its path.
import type { App } from "#core/domain/app.ts";
import type { Environment } from "#core/domain/environment.ts";
import type { Release } from "#core/domain/release.ts";
import type { Target } from "#core/domain/target.ts";
import { TuttiError } from "#core/errors.ts";
import type { Store } from "#store/store.ts";
import { refusal } from "./validate.ts";

type Deps = { store: Store };

export async function needApp({ store }: Deps, app: string): Promise<App> {
  const found = await store.apps.get(app);
  if (!found) throw new TuttiError("not_found", `There is no app ${app}.`);
  return found;
}

/** That a path names. */
export async function needPlace({ store }: Deps, name: string): Promise<Environment> {
  const found = await store.environments.get(name);
  if (!found) throw new TuttiError("not_found", `There is no environment ${name}.`);
  return found;
}

/** `path` is where the body names it. */
export async function needEnvironment({ store }: Deps, name: string, path: string): Promise<Environment> {
  const found = await store.environments.get(name);
  if (found) return found;
  const all = await store.environments.all();
  const known = all.map((one) => one.name).join(", ") || "none yet";
  throw refusal([{ path, message: `"${name}" is not a known environment; there are: ${known}` }]);
}

export async function needRelease(
  { store }: Deps,
  app: string,
  version: string,
  path: string,
): Promise<Release> {
  const found = await store.releases.get(app, version);
  if (found) return found;
  const { items } = await store.releases.list(app, { limit: 5 });
  const newest = items.map((one) => one.version).join(", ");
  const there = newest ? `the newest are: ${newest}` : "it has none yet";
  throw refusal([{ path, message: `"${version}" is not a release of ${app}; ${there}` }]);
}

/** Targets of which something runs, is about to, or is being changed. */
export function runningTargets(targets: Target[]): Target[] {
  return targets.filter((one) => one.release !== null || one.lock !== null || one.queue.length > 0);
}
