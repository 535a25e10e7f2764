// Many clients start deployments of one target at once, with each policy; and again with the process that took them
// dying in between. Never do two run, none is lost, and the order of the queue is kept.
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Deployment, isEnded } from "#core/domain/deployment.ts";
import type { RolloutPolicy } from "#core/domain/spec.ts";
import { openStage, type Stage } from "#test/support/stage.ts";

/** test/slow has fifty, and real kills. */
const CLIENTS = 12;
/** All of them one after the other, on a busy machine. */
const PATIENCE_MS = 240_000;

let stage: Stage;
let watch: Watch;
beforeEach(async () => {
  stage = await openStage();
  const { id } = await stage.submit("v0");
  await stage.ended(id);
  await stage.free();
  watch = watched();
  placing();
});
afterEach(() => stage.close());

type Watch = { started: string[]; overlaps: string[] };

/** Who got which place, by the write that gave it. */
let places: { id: string; revision: number }[];

const inLine = () => places.toSorted((a, b) => a.revision - b.revision).map(({ id }) => id);

function placing(): void {
  places = [];
  const { targets } = stage.store;
  const { acquire } = targets;
  targets.acquire = async (request) => {
    const again = (error: { code?: string }) =>
      error.code === "stale_write" ? acquire(request) : Promise.reject(error);
    // Time runs fifty times as fast and the table does not: what waits for its turn to write waits too little.
    const outcome = await acquire(request).catch(again).catch(again).catch(again);
    places.push({ id: request.owner, revision: outcome.target.revision });
    return outcome;
  };
}

/** Notes whose execution starts, and whether one that started before had not ended by then. */
function watched(): Watch {
  const seen: Watch = { started: [], overlaps: [] };
  const { executions } = stage.control;
  const { start } = executions;
  executions.start = async (name, input) => {
    const id = input.deploymentId;
    const before = seen.started.filter((one) => one !== id).at(-1);
    if (before && !isEnded((await stage.store.deployments.need(before)).status))
      seen.overlaps.push(`${id} beside ${before}`);
    if (!seen.started.includes(id)) seen.started.push(id);
    return start(name, input);
  };
  return seen;
}

type Attempt = { id: string } | { refused: { code: string; extra: Record<string, unknown> } };

/** All at once; what each client was answered. */
function storm(onConflict: RolloutPolicy["onConflict"], clients = CLIENTS): Promise<Attempt[]> {
  return Promise.all(
    Array.from({ length: clients }, (_, i) =>
      stage.submit(`v${i + 1}`, { onConflict, rollout: { batch: ["100%"] } }).then(
        ({ id }) => ({ id }),
        (refused) => ({ refused }),
      ),
    ),
  );
}

const idsOf = (attempts: Attempt[]) => attempts.flatMap((one) => ("id" in one ? [one.id] : []));

function everyEnd(ids: string[]): Promise<Deployment[]> {
  return Promise.all(ids.map((id) => stage.until(id, (one) => isEnded(one.status), PATIENCE_MS)));
}

const target = async () => (await stage.store.targets.get({ app: "shop", environment: "prod" }))!;

const statusesOf = (ends: Deployment[]) => [...new Set(ends.map((one) => one.status))].toSorted();

test("queue: all of them run, one after the other, in the order in which they stood", async () => {
  const ids = idsOf(await storm("queue"));
  expect(new Set(ids).size).toBe(CLIENTS);
  expect(statusesOf(await everyEnd(ids))).toEqual(["succeeded"]);
  await stage.free();
  expect(watch.overlaps).toEqual([]);
  expect(watch.started).toEqual(inLine());
  expect((await target()).release).toBe((await stage.store.deployments.need(inLine().at(-1)!)).version);
});

test("reject: whoever comes while one runs is told which, and those that were taken run alone", async () => {
  const attempts = await storm("reject");
  const refused = attempts.flatMap((one) => ("refused" in one ? [one.refused] : []));
  const ids = idsOf(attempts);
  expect(ids.length).toBeGreaterThan(0);
  expect(ids.length + refused.length).toBe(CLIENTS);
  for (const { code, extra } of refused) {
    expect(code).toBe("target_busy");
    expect(ids).toContain(extra.activeDeployment);
  }
  expect(statusesOf(await everyEnd(ids))).toEqual(["succeeded"]);
  await stage.free();
  expect(watch).toMatchObject({ started: inLine(), overlaps: [] });
});

test("supersede: the newest runs to its end, whoever stood before it never began or went back", async () => {
  const ids = idsOf(await storm("supersede"));
  expect(new Set(ids).size).toBe(CLIENTS);
  const ends = await everyEnd(ids);
  await stage.free();
  expect(watch.overlaps).toEqual([]);
  await expectOnlyNewest(ends);
});

/** Every so often the process that took a deployment dies: before its record is there, after, and before the workflow has it. */
function dying(): void {
  const { deployments, targets } = stage.store;
  const { create } = deployments;
  const { need } = targets;
  const { executions } = stage.control;
  const { start } = executions;
  const often = (every: number) => {
    let calls = 0;
    return () => ++calls % every === 0;
  };
  const [before, after, later, starting] = [often(7), often(5), often(6), often(4)];
  const died = () => Promise.reject(new Error("killed by the test"));
  deployments.create = async (...args) => {
    if (before()) return died();
    const made = await create(...args);
    return after() ? died() : made;
  };
  targets.need = (name) => (later() ? died() : need(name));
  executions.start = (...args) => (starting() ? died() : start(...args));
}

/** The scheduled sweep, until nothing is open any more. */
async function sweptToTheEnd(): Promise<Deployment[]> {
  for (const endMs = Date.now() + PATIENCE_MS; ; ) {
    await stage.clock.sleep(16_000);
    await stage.sweep();
    const { items } = await stage.store.deployments.list({ app: "shop" }, { limit: 200 });
    const { lock, queue } = await target();
    if (!lock && queue.length === 0 && items.every((one) => isEnded(one.status)))
      return items.filter((one) => one.version !== "v0");
    if (Date.now() > endMs) throw new Error(`still open: ${JSON.stringify({ lock, queue })}`);
  }
}

test("queue, dying in between: whatever was recorded runs, alone and in its order", async () => {
  dying();
  const answered = idsOf(await storm("queue", 25));
  const ends = await sweptToTheEnd();
  expect(ends.map(({ id }) => id)).toEqual(expect.arrayContaining(answered));
  expect(ends.length).toBeGreaterThan(answered.length);
  expect(statusesOf(ends)).toEqual(["succeeded"]);
  expect(watch.overlaps).toEqual([]);
  expect(watch.started).toEqual(inLine().filter((id) => watch.started.includes(id)));
  expect(watch.started.toSorted()).toEqual(ends.map(({ id }) => id).toSorted());
});

test("supersede, dying in between: whatever was recorded ends, and only the newest of it stays", async () => {
  dying();
  const answered = idsOf(await storm("supersede", 25));
  const ends = await sweptToTheEnd();
  expect(ends.map(({ id }) => id)).toEqual(expect.arrayContaining(answered));
  expect(watch.overlaps).toEqual([]);
  await expectOnlyNewest(ends);
});

/** Those that began did so in their order; the last in the line is what runs now. */
async function expectOnlyNewest(ends: Deployment[]): Promise<void> {
  const line = inLine().filter((id) => ends.some((one) => one.id === id));
  const newest = ends.find((one) => one.id === line.at(-1))!;
  expect([newest.status, (await target()).release]).toEqual(["succeeded", newest.version]);
  expect(watch.started).toEqual(line.filter((id) => watch.started.includes(id)));
  for (const { id, status, reason } of ends) {
    if (watch.started.includes(id)) continue;
    expect([id, status]).toEqual([id, "cancelled"]);
    expect(reason).toMatch(/^Superseded by dep_\w+( \(v\d+\))? before it began\.$/);
  }
  expect(await target()).toMatchObject({ lock: null, queue: [] });
  // Until then a record may still come.
  await stage.clock.sleep(61_000);
  await stage.sweep();
  expect((await target()).dropped).toBeUndefined();
}
