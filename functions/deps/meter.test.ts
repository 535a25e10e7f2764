import { GetAliasCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { afterEach, beforeEach, expect, test } from "vitest";
import { NO_USAGE } from "#core/domain/cost.ts";
import { createStore } from "#store/store.ts";
import { aDeployment } from "#test/support/a-deployment.ts";
import { aTrain } from "#test/support/a-train.ts";
import { fakeClock } from "#test/support/fake-clock.ts";
import { openTestTable, type TestTable } from "#test/support/table.ts";
import { createMeter } from "./meter.ts";

let table: TestTable;
beforeEach(async () => {
  table = await openTestTable();
});
afterEach(() => table.close());

test("counts the calls of its clients, until they are written down", async () => {
  const meter = createMeter(256, () => 0);
  const lambda = meter.count(
    new LambdaClient({
      region: "us-east-1",
      credentials: { accessKeyId: "a", secretAccessKey: "b" },
      maxAttempts: 1,
      requestHandler: { handle: async () => Promise.reject(new Error("no network here")) },
    }),
  );
  const call = () => lambda.send(new GetAliasCommand({ FunctionName: "f", Name: "live" })).catch(() => null);
  await meter.during("dep_1", async () => {
    await call();
    await call();
    expect(meter.peek()).toEqual({ ...NO_USAGE, lambdaCalls: 1, sdkCalls: 2 });
    meter.settle(meter.peek());
    expect(meter.peek()).toEqual(NO_USAGE);
  });
});

test("what an invocation leaves unwritten waits for the deployment's next one, and goes to no other", async () => {
  let nowMs = 0;
  const meter = createMeter(512, () => nowMs);
  await meter.during("dep_1", async () => {
    nowMs += 200;
    meter.settle(meter.peek());
    nowMs += 30;
  });
  nowMs += 60_000;
  await meter.during("dep_2", async () => {
    nowMs += 4;
    expect(meter.peek()).toEqual({
      ...NO_USAGE,
      lambdaCalls: 1,
      lambdaMilliseconds: 4,
      lambdaGibSeconds: 0.002,
    });
  });
  await meter.during("dep_1", async () => {
    nowMs += 10;
    expect(meter.peek()).toEqual({
      ...NO_USAGE,
      lambdaCalls: 1,
      lambdaMilliseconds: 40,
      lambdaGibSeconds: 0.02,
    });
  });
});

test("a change of a deployment brings along what was used until then, its own units with the next one", async () => {
  let nowMs = 0;
  const meter = createMeter(256, () => nowMs);
  const store = createStore({ ...table, client: meter.countUnits(table.client), clock: fakeClock(), meter });
  await store.deployments.create(aDeployment({ id: "dep_1" }));
  const touch = () => store.deployments.change("dep_1", (one) => ({ deployment: { ...one } }));
  const { first, second } = await meter.during("dep_1", async () => {
    nowMs += 8;
    return { first: await touch(), second: await touch() };
  });
  expect(first.cost).toMatchObject({
    writes: 1,
    lambdaCalls: 1,
    lambdaMilliseconds: 8,
    readUnits: 1,
    writeUnits: 0,
  });
  expect(second.cost).toMatchObject({ writes: 2, lambdaCalls: 1, lambdaMilliseconds: 8, readUnits: 2 });
  // The item, and one entry in each of its two indexes.
  expect(second.cost.writeUnits).toBeGreaterThanOrEqual(1);
  expect((await store.deployments.need("dep_1")).cost).toEqual(second.cost);
});

test("a change that somebody else came before is charged once", async () => {
  let nowMs = 0;
  const meter = createMeter(256, () => nowMs);
  const other = createStore({ ...table, clock: fakeClock() });
  let first = true;
  const client = {
    send: async (command: object) => {
      if (command instanceof PutCommand && first) {
        first = false;
        await other.deployments.change("dep_1", (one) => ({ deployment: { ...one, reason: "theirs" } }));
      }
      return table.client.send(command as PutCommand);
    },
  } as unknown as TestTable["client"];
  await other.deployments.create(aDeployment({ id: "dep_1" }));
  const store = createStore({ ...table, client, clock: fakeClock(), meter });
  await meter.during("dep_1", async () => {
    nowMs += 5;
    await store.deployments.change("dep_1", (one) => ({ deployment: { ...one } }));
  });
  const { cost, reason } = await store.deployments.need("dep_1");
  expect([reason, cost.writes, cost.lambdaMilliseconds, cost.lambdaCalls]).toEqual(["theirs", 2, 5, 1]);
});

test("what asks for something is charged to what it writes first, and nothing of it is left for the next", async () => {
  let nowMs = 0;
  const meter = createMeter(1024, () => nowMs);
  const store = createStore({ ...table, clock: fakeClock(), meter });
  await meter.alone(async () => {
    nowMs += 120;
    const { cost } = await store.deployments.create(aDeployment({ id: "dep_1" }), []);
    expect(cost).toMatchObject({
      lambdaCalls: 1,
      lambdaMilliseconds: 120,
      lambdaGibSeconds: 0.12,
      writes: 0,
    });
    nowMs += 50;
  });
  await meter.alone(async () => {
    const { cost } = await store.trains.create(aTrain({ id: "train_1" }));
    expect(cost).toMatchObject({ lambdaCalls: 1, lambdaMilliseconds: 0 });
    nowMs += 10;
    const again = await store.trains.change("train_1", (train) => ({ ...train, rounds: 1 }));
    expect(again.cost).toMatchObject({ lambdaCalls: 1, lambdaMilliseconds: 10, writes: 1 });
  });
});

test("units are not asked for where nothing is measured: whoever only looks pays no more for it", async () => {
  const asked: unknown[] = [];
  const meter = createMeter(256, () => 0);
  const client = meter.countUnits(table.client);
  client.middlewareStack.add(
    (next) => (args) => {
      asked.push((args.input as { ReturnConsumedCapacity?: string }).ReturnConsumedCapacity);
      return next(args);
    },
    { step: "initialize", priority: "low" },
  );
  const store = createStore({ ...table, client, clock: fakeClock(), meter });
  await store.apps.get("nobody");
  await meter.alone(() => store.apps.get("nobody"));
  expect(asked).toEqual([undefined, "TOTAL"]);
});
