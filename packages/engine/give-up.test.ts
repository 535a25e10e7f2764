import { afterAll, beforeAll, expect, test } from "vitest";
import { createStore, type Store } from "#store/store.ts";
import { fakeDriver } from "#targets/fake/driver.ts";
import { fakeWorld } from "#targets/fake/world.ts";
import { aDeployment, aRelease, aStep } from "#test/support/a-deployment.ts";
import { fakeClock } from "#test/support/fake-clock.ts";
import { openTestTable, type TestTable } from "#test/support/table.ts";
import type { EngineDeps } from "./deps.ts";
import { giveUp } from "./give-up.ts";

let table: TestTable;
let store: Store;
beforeAll(async () => {
  table = await openTestTable();
  store = createStore({ ...table, clock: fakeClock() });
});
afterAll(() => table.close());

test("an image that is still being made is stopped when the deployment is given up, after its end", async () => {
  await store.environments.put({ name: "prod", pools: {}, updatedAt: "2026-01-05T12:00:00.000Z" });
  await store.releases.create(aRelease("v2"));
  const at = "2026-01-05T12:00:00.000Z";
  const prepare = aStep({ type: "prepare", label: "Make the image of v2", status: "running", startedAt: at });
  const { id } = await store.deployments.create(aDeployment({ id: "dep_given_up", steps: [prepare] }), []);
  const abandoned: unknown[] = [];
  const line = () => {};
  const deps = {
    store,
    clock: fakeClock(),
    log: { info: line, warn: line, error: line },
    driver: {
      ...fakeDriver(fakeWorld(1)),
      abandon: async (_target, step) => {
        abandoned.push([step.label, (await store.deployments.need(id)).status]);
      },
    },
  } satisfies Partial<EngineDeps> as unknown as EngineDeps;
  await giveUp(deps, { deploymentId: id, generation: 1, error: { Error: "States.Timeout" } });
  expect(abandoned).toEqual([["Make the image of v2", "rolled_back"]]);
});
