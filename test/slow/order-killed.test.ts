// Fifty clients start deployments of one target at once, and the house loses power in the middle of it: never do two
// run, none that was accepted is lost, and with `supersede` only the newest stays.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { DeploymentView } from "#client/views.ts";
import { startHouse, type TestHouse } from "#test/support/house.ts";
import { deploy, ENVIRONMENT, functionCode, functionManifest, publish } from "#test/support/release-of.ts";

const CLIENTS = 50;
const AFTER_MILLISECONDS = [2500, 8000];
const WITHIN_MILLISECONDS = 240_000;
const ENDS = ["succeeded", "rolled_back", "cancelled"];

let house: TestHouse;
beforeAll(async () => {
  house = await startHouse();
});
afterAll(() => house?.clear());

async function furnished(app: string): Promise<void> {
  const rollout = { strategy: "allAtOnce" };
  // Order is judged here: fifty at once keep a small machine from answering in time.
  const patient = { timeoutSeconds: 10 };
  const { health, function: own, ...manifest } = functionManifest(app);
  await house.client.apps.put(app, {
    ...manifest,
    rollout,
    health: { ...health, ...patient, graceSeconds: 30 },
    function: { ...own, ...patient },
  });
  for (const version of ["v1", "v2"])
    await publish(house.client, app, version, { ...functionCode("well"), "version.txt": version });
  expect(await deploy(house.client, app, "v1")).toMatchObject({ status: "succeeded" });
}

/** Ids of what was accepted; whoever got no answer knows nothing, as it is with a power cut. */
async function storm(app: string, onConflict: "queue" | "supersede"): Promise<string[]> {
  const { client } = house;
  const answers = await Promise.allSettled(
    Array.from({ length: CLIENTS }, (_, i) =>
      client.deployments.create(app, { environment: ENVIRONMENT, version: `v${(i % 2) + 1}`, onConflict }),
    ),
  );
  return answers.flatMap((one) => (one.status === "fulfilled" ? [one.value.id] : []));
}

async function allOf(app: string): Promise<DeploymentView[]> {
  return (await house.client.deployments.list({ app, limit: 200 })).items;
}

/** Every one that was recorded, in the order in which they began; those that never did come last. */
async function ended(app: string): Promise<DeploymentView[]> {
  const open = async () =>
    (await allOf(app)).filter((one) => !ENDS.includes(one.status)).map((one) => one.id);
  await expect.poll(open, { timeout: WITHIN_MILLISECONDS, interval: 1000 }).toEqual([]);
  return (await allOf(app)).toSorted((a, b) => (a.startedAt ?? "~").localeCompare(b.startedAt ?? "~"));
}

/** Each began when the one before had ended. */
function overlaps(all: DeploymentView[]): string[] {
  const ran = all.filter((one) => one.startedAt !== null);
  return ran
    .slice(1)
    .flatMap((one, i) => (one.startedAt! < ran[i]!.endedAt! ? [`${one.id} beside ${ran[i]!.id}`] : []));
}

const FREE = { activeDeployment: null, queue: [] };

/** Places that were taken and never recorded are given back by the sweep. */
async function place(app: string) {
  const { activeDeployment, queue } = await house.client.targets.get(app, ENVIRONMENT);
  return { activeDeployment, queue };
}

async function cut(app: string, onConflict: "queue" | "supersede", afterMilliseconds: number) {
  await furnished(app);
  const accepted = storm(app, onConflict);
  await new Promise((resolve) => setTimeout(resolve, afterMilliseconds));
  await house.kill();
  const ids = await accepted;
  house = await startHouse({ directory: house.directory });
  await expect.poll(() => place(app), { timeout: WITHIN_MILLISECONDS, interval: 1000 }).toEqual(FREE);
  const all = await ended(app);
  console.log(
    `${onConflict}, cut after ${afterMilliseconds} ms: ${ids.length} answered, ${all.length - 1} recorded`,
  );
  expect(all.map((one) => one.id)).toEqual(expect.arrayContaining(ids));
  expect(overlaps(all)).toEqual([]);
  expect(await place(app)).toEqual(FREE);
  return { all, target: await house.client.targets.get(app, ENVIRONMENT) };
}

test.each(AFTER_MILLISECONDS)("queue: power is cut %i ms after fifty came at once", async (milliseconds) => {
  const { all, target } = await cut(`queue-${milliseconds}`, "queue", milliseconds);
  expect([...new Set(all.map((one) => one.status))]).toEqual(["succeeded"]);
  expect(target.release).toBe(all.at(-1)!.version);
});

test.each(AFTER_MILLISECONDS)(
  "supersede: power is cut %i ms after fifty came at once",
  async (milliseconds) => {
    const { all, target } = await cut(`supersede-${milliseconds}`, "supersede", milliseconds);
    const last = all.filter((one) => one.status === "succeeded").at(-1)!;
    expect(target.release).toBe(last.version);
    for (const { status, reason } of all)
      if (status === "cancelled") expect(reason).toContain("uperseded by");
  },
);
