// A host that is bad, over many passes: it is marked once its copy's repairs have not helped, its copy comes elsewhere, it takes no
// new ones, and it is cleared when it has proven good. Judging alone is in packages/core/heal, placing in packages/core/plan.
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Notice } from "#core/domain/notice.ts";
import { openStage, type Stage } from "#test/support/stage.ts";

let stage: Stage;
let told: Notice[];

beforeEach(async () => {
  told = [];
  stage = await openStage({ hosts: 5, bus: { put: async (notices) => void told.push(...notices) } });
});
afterEach(() => stage.close());

const host = (id: string) => stage.world.hosts.get(id)!;
const carriers = () =>
  [...stage.world.hosts.values()].filter((one) => one.version !== null).map(({ id }) => id);
const marks = async () => (await stage.store.environments.get("prod"))!.badHosts ?? [];
const hostNotices = () =>
  told.filter(({ type }) => type.startsWith("healing.host_")).map(({ message }) => message);
const newest = async () => (await stage.store.deployments.list({}, { limit: 1 })).items[0]!;

async function released(version: string): Promise<void> {
  const { id } = await stage.submit(version, { manifest: { healing: { pauseSeconds: 5 } } });
  expect(await stage.ended(id)).toMatchObject({ status: "succeeded" });
  await stage.free();
}

async function sweepUntil(holds: () => Promise<boolean>): Promise<void> {
  for (let count = 1; count <= 60; count++) {
    await stage.sweep();
    if (await holds()) return;
    await stage.clock.sleep(5_000);
  }
  throw new Error(
    `it is not so after sixty sweeps: ${JSON.stringify([await stage.target(), await marks()])}`,
  );
}

async function moved(): Promise<void> {
  const before = (await newest()).id;
  await sweepUntil(async () => (await newest()).id !== before);
  const { id } = await newest();
  expect(await stage.ended(id)).toMatchObject({ status: "succeeded", purpose: "restore" });
  await stage.free();
}

test("a host on which no repair helps is marked after three, its copy moves, and it is cleared when it has proven good", async () => {
  await released("v1");
  host("host-2").cannotRun = ["v1"];
  await sweepUntil(async () => (await marks()).length > 0);
  expect(stage.world.calls.filter(({ verb }) => verb === "repair")).toHaveLength(3);
  expect(await marks()).toMatchObject([{ pool: "web", host: "host-2", by: "tutti", provenSince: null }]);
  const [run] = (await stage.store.healingRuns.list()).items;
  expect(run).toMatchObject({ actions: [{ replica: "host-2", action: "marked the host bad" }] });
  await moved();
  expect(carriers()).toEqual(["host-1", "host-3", "host-4"]);
  expect(stage.world.calls.filter(({ verb }) => verb === "repair")).toHaveLength(3);
  expect((await stage.target()).degraded).toBe(null);

  // A settings' write of an operator leaves the mark; a release goes round the host.
  await stage.store.environments.put({ name: "prod", pools: {}, updatedAt: "2026-01-06T12:00:00.000Z" });
  host("host-4").reachable = false;
  await moved();
  expect(carriers().filter((id) => host(id).reachable)).toEqual(["host-1", "host-3", "host-5"]);

  host("host-2").cannotRun = [];
  await stage.sweep();
  expect((await marks())[0]?.provenSince).not.toBe(null);
  const { revision } = await stage.target();
  await stage.sweep();
  expect((await stage.target()).revision).toBe(revision);
  const since = new Date(stage.clock.now() - 30 * 60_000).toISOString();
  await stage.store.environments.changeBadHosts("prod", ([mark]) => [{ ...mark!, provenSince: since }]);
  await stage.sweep();
  expect(await marks()).toEqual([]);
  expect(hostNotices()).toEqual([
    "host-2 of pool web in prod is marked bad: host-2 is broken still after 3 repairs (unhealthy).",
    "host-2 of pool web in prod is good again and takes copies.",
  ]);
});

test("an app that is broken on several hosts marks none: it is held", async () => {
  await released("v1");
  for (const id of ["host-1", "host-2"]) host(id).cannotRun = ["v1"];
  await sweepUntil(async () => (await stage.target()).degraded !== null);
  for (let count = 0; count < 10; count++) {
    await stage.clock.sleep(30_000);
    await stage.sweep();
  }
  expect([await marks(), hostNotices()]).toEqual([[], []]);
});

test("where no other host has room the copy stays, is repaired on, and is given up at last", async () => {
  await stage.close();
  stage = await openStage({ hosts: 3 });
  await released("v1");
  host("host-2").cannotRun = ["v1"];
  await sweepUntil(async () => (await marks()).length > 0);
  await sweepUntil(async () => (await stage.target()).degraded !== null);
  expect((await stage.target()).degraded).toMatch(/^host-2 is broken still after 5 repairs/);
  expect(carriers()).toEqual(["host-1", "host-2", "host-3"]);
});
