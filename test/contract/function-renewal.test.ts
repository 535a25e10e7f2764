// A function that answers badly at times, on the sandbox's Lambda and CloudWatch: its bad answers are counted where healing looks, and fresh
// execution environments take over without a request that fails but the ill one's own. Time runs ten times as fast: a minute is six seconds.
import { LambdaClient, ListVersionsByFunctionCommand } from "@aws-sdk/client-lambda";
import { expect, test } from "vitest";
import type { Replica } from "#core/domain/replica.ts";
import type { Spec } from "#core/domain/spec.ts";
import type { Driver, TargetContext } from "#core/driver/driver.ts";
import { HEALING } from "#core/heal/policy.ts";
import { grantsOf } from "#infra/grants.ts";
import { aSpec } from "#test/support/a-deployment.ts";
import { as, driverAs, inFunctionWorld, makeRole, NAMES, open } from "./function-world.ts";
import { roll } from "./roll.ts";

inFunctionWorld(10);

const FUNCTION = aSpec({}).function;
const RESTART = { replicas: [{ replica: "v1", measure: "restart" as const }], drift: false };
const DRIFT = { replicas: [], drift: true };

async function ready(spec: Partial<Spec> = {}, nature: "moody" | "unrenewable" = "moody") {
  const place = await open(spec);
  await place.makeRelease("v1", nature);
  expect((await roll(place.driver, place.target, "v1")).ok).toBe(true);
  const live = { ...place.target, current: "v1" };
  const { endpoint } = await place.driver.inspect(live);
  const ask = async (path = "/") => {
    const answer = await fetch(`${endpoint}${path}`);
    return { status: answer.status, ...((await answer.json()) as { ill: boolean; fresh: string | null }) };
  };
  const versions = async () => {
    const { Versions } = await place.lambda.send(
      new ListVersionsByFunctionCommand({ FunctionName: place.name }),
    );
    return Versions!.map((one) => one.Version).filter((one) => one !== "$LATEST");
  };
  return { ...place, live, ask, versions };
}

/** As healing looks at it. */
async function seen(driver: Driver, live: TargetContext): Promise<Replica> {
  const { replicas } = await driver.inspect({ ...live, thorough: true });
  expect(replicas).toHaveLength(1);
  return replicas[0]!;
}

/** A driver whose calls of one kind never come to their end. */
function dyingAt(command: string): Driver {
  const lambda = new LambdaClient(as("driver-function"));
  lambda.middlewareStack.add((next, { commandName }) => (args) => {
    if (commandName === command) throw new Error("its last call");
    return next(args);
  });
  return driverAs("driver-function", [], lambda);
}

test("bad answers are counted minute by minute where healing looks, and by nobody else", async () => {
  const { driver, live, ask, close } = await ready();
  expect((await ask()).status).toBe(200);
  expect((await ask("/be/ill")).status).toBe(500);
  const counted = async () => {
    for (let n = 0; n < 20; n++) await ask();
    return (await seen(driver, live)).answers ?? [];
  };
  await expect.poll(async () => (await counted()).length, { interval: 200 }).toBeGreaterThan(0);
  const { answers, detail, health } = await seen(driver, live);
  expect(detail).toBe("Lambda version 1: GET /healthz answered 200");
  expect(health).toBe("healthy");
  expect(answers!.every(({ bad, of }) => bad > 0 && bad <= of)).toBe(true);
  const others: Partial<TargetContext>[] = [
    { thorough: false },
    { current: undefined as never },
    { spec: { ...live.spec, healing: { ...HEALING, maxErrorPercent: 0 } } },
  ];
  for (const other of others) {
    const [one] = (await driver.inspect({ ...live, thorough: true, ...other })).replicas;
    expect(one!.answers).toBeUndefined();
  }
  await close();
});

test("fresh environments take over, no request fails but the ill one's own, and what was before is not counted", async () => {
  const { driver, live, ask, versions, close } = await ready();
  // Two environments, one of which is ill.
  const slow = ask("/slow");
  expect((await ask("/be/ill")).status).toBe(500);
  await slow;
  let stopped = false;
  const others: unknown[] = [];
  const load = [1, 2].map(async () => {
    while (!stopped) {
      const answer = await ask().catch((error: Error) => ({ status: 0, ill: false, fresh: error.message }));
      if (answer.status !== 200 && !answer.ill) others.push(answer);
    }
  });
  await expect.poll(async () => (await seen(driver, live)).answers?.length ?? 0).toBeGreaterThan(0);
  const fleet = await driver.inspect({ ...live, thorough: true });
  expect(await driver.repair(live, fleet, RESTART)).toEqual([
    {
      ...{ replica: "v1", action: "start fresh environments", result: "repaired" },
      finding: expect.stringMatching(/^\d+ of its last \d+ answers were errors$/),
      detail: "Lambda version 2 serves v1 in place of 1, with environments of its own (read back)",
    },
  ]);
  expect(await ask()).toEqual({ status: 200, ill: false, fresh: "1" });
  expect(await seen(driver, live)).toMatchObject({ version: "v1", health: "healthy", trafficPercent: 100 });
  expect((await seen(driver, live)).answers).toBeUndefined();
  expect((await driver.inspect(live)).drift).toEqual([]);
  stopped = true;
  await Promise.all(load);
  expect(others).toEqual([]);
  // Ordered once more, they come once more; the one before may still play, and the one before that goes.
  await driver.repair(live, await driver.inspect(live), RESTART);
  expect([await versions(), (await ask()).fresh]).toEqual([["2", "3"], "2"]);
  await close();
});

test("an attempt that died before the alias moved is gone on with: nothing is published twice", async () => {
  const { driver, live, ask, versions, close } = await ready();
  const fleet = await driver.inspect(live);
  await expect(dyingAt("UpdateAliasCommand").repair(live, fleet, RESTART)).rejects.toThrow("its last call");
  expect([await versions(), (await ask()).fresh]).toEqual([["1", "2"], null]);
  await expect(dyingAt("UpdateAliasCommand").repair(live, fleet, RESTART)).rejects.toThrow("its last call");
  expect(await driver.repair(live, fleet, RESTART)).toMatchObject([{ result: "repaired" }]);
  expect([await versions(), (await ask()).fresh]).toEqual([["1", "2"], "1"]);
  await close();
});

test("the next release comes as it is, and the way back leads to the newest of the one before", async () => {
  const { driver, live, ask, makeRelease, versions, close } = await ready();
  await driver.repair(live, await driver.inspect(live), RESTART);
  await makeRelease("v2", "moody");
  expect((await roll(driver, live, "v2")).ok).toBe(true);
  expect([await versions(), (await ask()).fresh]).toEqual([["2", "3"], null]);
  expect((await roll(driver, live, "v1", true)).ok).toBe(true);
  expect([await versions(), (await ask()).fresh]).toEqual([["2", "3"], "1"]);
  await close();
});

test("fresh environments that are not healthy get no traffic", async () => {
  const { driver, live, ask, close } = await ready({}, "unrenewable");
  const [result] = await driver.repair(live, await driver.inspect(live), RESTART);
  expect(result).toMatchObject({
    result: "failed",
    detail: "the fresh environments are not healthy: GET /healthz answered 500",
  });
  expect((await ask()).fresh).toBeNull();
  expect((await driver.inspect(live)).traffic).toEqual([{ version: "v1", percent: 100 }]);
  await close();
});

test("what is kept initialised follows, and what an attempt that died keeps so is gone on with as drift", async () => {
  const kept = { min: 2, max: 2, metric: "provisionedConcurrencyUtilization", target: 70, warmupSeconds: 1 };
  const spec = { scaling: { ...kept, scaleIn: true } as Spec["scaling"] & object };
  const { driver, live, ask, close } = await ready({
    ...spec,
    function: { ...FUNCTION, reservedConcurrency: 8 },
  });
  const fleet = await driver.inspect(live);
  expect(fleet.drift).toEqual([]);
  await expect(dyingAt("UpdateAliasCommand").repair(live, fleet, RESTART)).rejects.toThrow("its last call");
  expect((await driver.inspect(live)).drift).toEqual([
    "Lambda version 2 has no traffic and keeps 2 environments.",
  ]);
  expect(await driver.repair(live, fleet, DRIFT)).toMatchObject([
    { action: "start fresh environments", result: "repaired" },
  ]);
  expect(await driver.inspect(live)).toMatchObject({ drift: [], scaling: { count: 2 } });
  expect((await ask()).fresh).toBe("1");
  await close();
});

test("a count that cannot be read hinders no look and is told", async () => {
  const { live, close } = await ready();
  const statements = grantsOf["driver-function"]!(NAMES).filter(
    (one) => !one.actions.includes("cloudwatch:GetMetricStatistics"),
  );
  await makeRole("blind", statements);
  const { health, detail, answers } = await seen(driverAs("blind"), live);
  expect([health, answers]).toEqual(["healthy", undefined]);
  expect(detail).toMatch(/; how it answers could not be counted: .*cloudwatch:GetMetricStatistics/);
  await close();
});
