// One target read live, and, for who waits, as soon as it is otherwise. What is written about it is told by marks, one small
// query a look; that a copy fell ill nobody writes, so its driver is asked every few seconds, for as long as somebody waits.
import type { Target } from "#core/domain/target.ts";
import { type TargetView, targetView } from "#core/views.ts";
import type { Inspection } from "#engine/inspect.ts";
import type { Topic } from "#store/changes.ts";
import type { TargetName } from "#store/targets.ts";
import type { ApiDeps } from "./deps.ts";
import { awaitNew } from "./long-poll.ts";
import { sha256Hex } from "./sha256.ts";
import type { Pause } from "./waiting.ts";

type MarkedTarget = TargetView & { mark: string };

const LOOK_EVERY_MS = 5000;
/** Where much is written, it is read once a second. */
const READ_EVERY_MS = 1000;
/** A release that was registered, or another manifest, is news of the audit alone. */
const TOPICS: Topic[] = ["targets", "deployments", "audit"];
const MARK_LENGTH = 16;

/** As soon as its mark is another than `after`, or when the time is up. Throws `not_found`. */
export async function awaitTarget(
  deps: ApiDeps,
  pause: Pause,
  name: TargetName,
  { after, waitSeconds = 0 }: { after?: string | undefined; waitSeconds?: number | undefined },
): Promise<MarkedTarget> {
  const waiting = { read: reader(deps, name), clock: deps.clock, pause };
  const found = await awaitNew(waiting, ({ view }) => view.mark !== after, waitSeconds);
  return found.view;
}

type Found = { view: MarkedTarget; written: string; lookedAtMs: number };

/** Reads what is written where something was, and asks the driver where that is other than before, or when it is time to. */
function reader(deps: ApiDeps, name: TargetName): () => Promise<Found> {
  let found: Found | undefined;
  let news = "";
  let readAtMs = Number.NEGATIVE_INFINITY;
  const isOver = (pauseMs: number, sinceMs: number) => deps.clock.now() - sinceMs >= pauseMs;
  return async () => {
    const mark = await deps.store.changes.markOf(TOPICS);
    const isDue = !found || isOver(LOOK_EVERY_MS, found.lookedAtMs);
    if (found && !isDue && (mark === news || !isOver(READ_EVERY_MS, readAtMs))) return found;
    [news, readAtMs] = [mark, deps.clock.now()];
    const target = await deps.store.targets.need(name);
    const around = await aroundOf(deps, target);
    const written = `${target.revision} ${around}`;
    if (!found || isDue || written !== found.written) found = await lookAt(deps, target, around);
    return found;
  };
}

async function lookAt(deps: ApiDeps, before: Target, around: string): Promise<Found> {
  const { target, view } = await look(deps, before);
  const { observedAt: _, ...seen } = view;
  const mark = sha256Hex(JSON.stringify([seen, target.lock?.owner, around])).slice(0, MARK_LENGTH);
  const written = `${target.revision} ${around}`;
  return { view: { ...view, mark }, written, lookedAtMs: deps.clock.now() };
}

/** What people see beside the target: its app, the newest release, how far its deployment has come. */
async function aroundOf({ store }: ApiDeps, { app, lock }: Target): Promise<string> {
  const owner = lock?.owner.startsWith("dep_") ? lock.owner : undefined;
  const [manifest, releases, deployment] = await Promise.all([
    store.apps.get(app),
    store.releases.list(app, { limit: 1 }),
    owner ? store.deployments.get(owner) : null,
  ]);
  return [manifest?.revision, releases.items[0]?.id, deployment?.revision].join(" ");
}

/** What is live now; where the driver cannot say, the last look stands, with its time. */
async function look(deps: ApiDeps, target: Target): Promise<{ target: Target; view: TargetView }> {
  const { app, environment, kind } = target;
  try {
    const seen = (await deps.drivers.invoke(kind, { verb: "inspect", app, environment })) as Inspection;
    return { target: seen.target, view: targetView(seen.target, seen.live) };
  } catch (error) {
    deps.log.warn("a target could not be read live", { app, environment, error: String(error) });
    return { target, view: targetView(target) };
  }
}
