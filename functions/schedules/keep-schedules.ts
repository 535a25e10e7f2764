// Keeps on the platform exactly the schedules that manifests ask for: when a manifest is applied, and again with every sweep,
// which also finds what somebody changed by hand, what a failed call left out, and what no app asks for any more.
import type { App } from "#core/domain/app.ts";
import type { ControlDeps } from "#engine/deps.ts";
import type { KeptSchedule, NewSchedule, SchedulePlatform } from "#functions/deps/schedules.ts";
import { everything } from "#store/page.ts";
import {
  appPrefix,
  asksForAny,
  type Deployed,
  environmentsOf,
  newSchedule,
  plannedSchedules,
} from "./wanted-schedules.ts";

export type ScheduleDeps = Pick<ControlDeps, "store" | "clock" | "log"> & { schedules: SchedulePlatform };

export type Kept = { created: number; removed: number };

/** What is younger may be of a manifest that the sweep has not read yet. */
const YOUNG_MS = 120_000;
const AT_ONCE = 8;

export async function keepSchedules(deps: ScheduleDeps, app: App): Promise<Kept> {
  const { prefix } = deps.schedules;
  const wanted = await wantedOf(deps, [app], () => deps.store.targets.of(app.app));
  const there = await deps.schedules.list(appPrefix(prefix, app.app));
  return bring(deps, wanted, there, 0);
}

/** Of all apps. */
export async function keepAllSchedules(deps: ScheduleDeps): Promise<Kept> {
  const there = await deps.schedules.list(deps.schedules.prefix);
  const apps = await everything((request) => deps.store.apps.list(request));
  const wanted = await wantedOf(deps, apps, () => deps.store.targets.all());
  return bring(deps, wanted, there, YOUNG_MS);
}

/** Also where there are none. */
export async function removeSchedules(
  { schedules }: Pick<ScheduleDeps, "schedules">,
  app: string,
): Promise<void> {
  for (const { name } of await schedules.list(appPrefix(schedules.prefix, app))) await schedules.remove(name);
}

async function wantedOf(
  { schedules }: ScheduleDeps,
  apps: App[],
  targetsOf: () => Promise<Deployed[]>,
): Promise<NewSchedule[]> {
  if (!apps.some(asksForAny)) return [];
  const targets = await targetsOf();
  return apps.flatMap((app) =>
    plannedSchedules(app, environmentsOf(app, targets)).map((one) => newSchedule(schedules.prefix, one)),
  );
}

async function bring(
  deps: ScheduleDeps,
  wanted: NewSchedule[],
  there: KeptSchedule[],
  youngMs: number,
): Promise<Kept> {
  const { schedules, clock } = deps;
  const names = new Set(wanted.map((one) => one.name));
  const isOld = ({ createdAt }: KeptSchedule) => clock.now() - Date.parse(createdAt) >= youngMs;
  const gone = there.filter((one) => (names.has(one.name) ? !one.asMade : isOld(one)));
  const stays = new Set(there.filter((one) => !gone.includes(one)).map((one) => one.name));
  const missing = wanted.filter((one) => !stays.has(one.name));
  await inTurns(gone, ({ name }) => schedules.remove(name));
  await inTurns(missing, (one) => schedules.create(one));
  if (missing.length + gone.length > 0)
    deps.log.info("schedules were brought to what the manifests say", {
      created: missing.map((one) => one.name),
      removed: gone.map((one) => one.name),
    });
  return { created: missing.length, removed: gone.length };
}

async function inTurns<T>(all: T[], work: (one: T) => Promise<void>): Promise<void> {
  for (let i = 0; i < all.length; i += AT_ONCE) await Promise.all(all.slice(i, i + AT_ONCE).map(work));
}
