// Waiting for one target: what is written of it is told within a second or so, an ill copy within the five between two looks,
// and what others do asks no driver.
import { afterEach, beforeEach, expect, test } from "vitest";
import { instant } from "#core/clock.ts";
import type { Replica } from "#core/domain/replica.ts";
import { openShop, registerRelease, SHOP } from "#test/support/a-shop.ts";
import { openTestApi, type TestApi } from "#test/support/api.ts";

const PROD = { app: "shop", environment: "prod" };

let api: TestApi;
let health: Replica["health"];
let looks: number;
let from: number;

beforeEach(async () => {
  api = await openTestApi();
  await openShop(api);
  await api.store.targets.acquire({ ...PROD, kind: "server", owner: "heal_1", onConflict: "queue" });
  await api.store.targets.release(PROD, "heal_1");
  [health, looks, from] = ["healthy", 0, api.clock.now()];
  // What the driver does, with one host that a test makes ill.
  api.deps.drivers.invoke = async () => {
    looks += 1;
    const replica = { id: "web-1", version: "v1", health, address: null, startedAt: null };
    const fleet = { replicas: [replica], spare: [], unreachable: [], endpoint: null, traffic: [], drift: [] };
    const target = await api.store.targets.setSnapshot(PROD, fleet);
    return { target, live: { fleet, observedAt: instant(api.clock.now()) } };
  };
});
afterEach(() => api.close());

const ask = async (query = "") => (await api.call("GET", `/v1/targets/shop/prod?${query}`)).body;
const waited = () => api.clock.now() - from;

/** Does it when somebody has slept for so long. */
function after(milliseconds: number, deed: () => unknown): void {
  const { sleep, now } = api.clock;
  api.clock.sleep = async (pause) => {
    await sleep(pause);
    if (now() - from < milliseconds) return;
    api.clock.sleep = sleep;
    await deed();
  };
}

test("without a mark the answer comes at once; with that of now it comes when the time is up, and the driver was asked every five seconds", async () => {
  const { mark } = await ask("waitSeconds=20");
  expect([waited(), looks]).toEqual([0, 1]);
  expect((await ask(`waitSeconds=20&after=${mark}`)).mark).toBe(mark);
  expect(waited()).toBe(20_000);
  expect(looks - 1).toBeLessThanOrEqual(5);
});

test("a copy that falls ill is told within five seconds, though nobody wrote it", async () => {
  const { mark } = await ask();
  after(6000, () => {
    health = "unhealthy";
  });
  const { replicas } = await ask(`waitSeconds=20&after=${mark}`);
  expect(replicas[0].health).toBe("unhealthy");
  expect(waited()).toBeLessThanOrEqual(11_000);
});

test.each<[string, () => unknown]>([
  ["a deployment that waits", () => api.store.targets.acquire(aDeploymentOf("dep_1"))],
  ["a release", () => registerRelease(api, "v9")],
  ["another manifest", () => api.call("PUT", "/v1/apps/shop", { ...SHOP, replicas: 4 })],
])("%s is told within two seconds", async (_, deed) => {
  const { mark } = await ask();
  after(1000, deed);
  expect((await ask(`waitSeconds=20&after=${mark}`)).mark).not.toBe(mark);
  expect(waited()).toBeLessThan(3000);
});

test("what happens to others ends no wait and asks no driver", async () => {
  const { mark } = await ask();
  const { sleep } = api.clock;
  api.clock.sleep = async (milliseconds) => {
    await sleep(milliseconds);
    await api.store.targets.acquire({ ...aDeploymentOf(`dep_${api.clock.now()}`), app: "other" });
  };
  expect((await ask(`waitSeconds=4&after=${mark}`)).mark).toBe(mark);
  expect([waited(), looks]).toEqual([4000, 2]);
});

function aDeploymentOf(owner: string) {
  return { ...PROD, kind: "server", owner, onConflict: "queue" } as const;
}
