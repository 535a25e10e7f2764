// A stage with three apps, each on hosts of its own, that have run v1 and have v2 to be deployed by a train.
import { isEnded } from "#core/domain/deployment.ts";
import { isTrainEnded, type Train } from "#core/domain/train.ts";
import type { Driver, TargetContext } from "#core/driver/driver.ts";
import { executionName } from "#engine/start.ts";
import { abortTrain } from "#engine/train/abort-train.ts";
import { depart } from "#engine/train/depart.ts";
import type { MemberAsked } from "#engine/train/deps.ts";
import { fakeDriver } from "#targets/fake/driver.ts";
import { type FakeWorld, fakeWorld } from "#targets/fake/world.ts";
import { aRelease } from "./a-deployment.ts";
import { openStage, type StageOptions } from "./stage.ts";

export const APPS = ["orders", "shop", "web"];

export type TrainStage = Awaited<ReturnType<typeof openTrainStage>>;

export async function openTrainStage({
  running = APPS,
  ...options
}: StageOptions & { running?: string[] } = {}) {
  const worlds = new Map(APPS.map((app) => [app, fakeWorld(2)]));
  const stage = await openStage({ ...options, driver: driverOf(worlds) });
  for (const app of APPS) {
    const manifest = manifestOf(app);
    await stage.store.apps.put({ app, kind: "server", manifest, updatedBy: "ann" }, CREATED_AT);
    for (const version of ["v1", "v2"])
      await stage.store.releases.create({ ...aRelease(version), app, id: `rel_${app}_${version}`, manifest });
  }
  await stage.store.environments.put({
    name: "prod",
    pools: { web: POOL },
    updatedAt: CREATED_AT,
  });
  const need = (id: string) => stage.store.trains.need(id);
  const ended = (id: string) => until(() => need(id), isTrainEnded);
  if (running.length > 0) {
    const { id } = await depart(stage.control, {
      name: "first",
      createdBy: "ann",
      stops: [running.map((app) => asked(app, "v1"))],
    });
    const first = await ended(id);
    if (first.status !== "succeeded") throw new Error(`v1 did not get there: ${first.reason}`);
  }
  /** A train ends with its last deployment, whose execution has still to leave the stage. */
  const close = async () => {
    const { items } = await stage.store.deployments.list({}, { limit: 200 });
    const over = items.filter((one) => isEnded(one.status)).map((one) => executionName(one));
    for (const name of over)
      await until(
        () => stage.execution(name),
        (one) => one !== "running",
      );
    await stage.close();
  };
  return {
    ...stage,
    close,
    world: (app: string) => worlds.get(app)!,
    /** Each stop an app, or several side by side, brought to v2. */
    depart: (...stops: (string | string[])[]) =>
      depart(stage.control, { name: null, createdBy: "ann", stops: stops.map(stopOf) }),
    departAsked: (stops: MemberAsked[][]) => depart(stage.control, { name: null, createdBy: "ann", stops }),
    abort: (id: string, reason?: string) => abortTrain(stage.control, id, { actor: "bob", reason }),
    train: need,
    until: (id: string, holds: (train: Train) => boolean) => until(() => need(id), holds),
    ended,
    release: async (app: string) => (await stage.store.targets.get({ app, environment: "prod" }))?.release,
    lock: async (app: string) => (await stage.store.targets.get({ app, environment: "prod" }))?.lock ?? null,
  };
}

const POOL = { ssm: { tags: {} }, user: "tutti", directory: "/opt/tutti" };
const CREATED_AT = "2026-01-05T12:00:00.000Z";

function manifestOf(app: string): Record<string, unknown> {
  const health = { intervalSeconds: 1, timeoutSeconds: 1, healthyThreshold: 1, unhealthyThreshold: 2 };
  return {
    app,
    kind: "server",
    start: "node app.js",
    replicas: 2,
    health: { ...health, graceSeconds: 5 },
    rollout: { maxUnavailable: "100%", batch: "100%" },
  };
}

export function asked(app: string, version = "v2", more: Partial<MemberAsked> = {}): MemberAsked {
  return { app, environment: "prod", version, ...more };
}

function stopOf(stop: string | string[]): MemberAsked[] {
  return [stop].flat().map((app) => asked(app));
}

/** The fake driver of whichever app the call is about. */
function driverOf(worlds: Map<string, FakeWorld>): Driver {
  const drivers = new Map([...worlds].map(([app, world]) => [app, fakeDriver(world)]));
  const of = ({ app }: TargetContext) => drivers.get(app)!;
  const any = fakeDriver(fakeWorld(0));
  return {
    ...any,
    inspect: (target) => of(target).inspect(target),
    apply: (target, step, state) => of(target).apply(target, step, state),
    check: (target, step, state) => of(target).check(target, step, state),
    repair: (target, fleet, orders) => of(target).repair(target, fleet, orders),
    retire: (target) => of(target).retire(target),
  };
}

const PATIENCE_MS = 90_000;

async function until<T>(read: () => Promise<T>, holds: (value: T) => boolean): Promise<T> {
  for (const endMs = Date.now() + PATIENCE_MS; ; ) {
    const value = await read();
    if (holds(value)) return value;
    if (Date.now() > endMs) throw new Error(`still ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
