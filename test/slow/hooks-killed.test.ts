// The house loses power while a hook is being called, and just before a schedule comes round: the hook is called again
// under its key, and the schedule's moment is made up for, once.
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { startHouse, type TestHouse } from "#test/support/house.ts";
import { ENVIRONMENT, functionCode, publish, settled, start, whenever } from "#test/support/release-of.ts";
import { type Served, serve } from "#test/support/serve.ts";

let house: TestHouse;
let served: Served;
let heard: { attempt: number; idempotencyKey: string }[] = [];
let answer: () => Promise<Response>;

beforeAll(async () => {
  house = await startHouse({ servers: 1 });
  served = await serve(async (request) => {
    heard.push((await request.json()) as (typeof heard)[number]);
    return answer();
  });
});
afterAll(async () => {
  await served?.close();
  await house?.clear();
});
afterEach(() => {
  heard = [];
});

const MANIFEST = { kind: "function", rollout: { strategy: "allAtOnce" } };

async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  patienceMs: number,
): Promise<void> {
  for (const endMs = Date.now() + patienceMs; !(await holds()); ) {
    if (Date.now() > endMs) throw new Error(`${what} has not happened`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

test("a hook that nobody heard the end of is called again under the same key", async () => {
  const silence = Promise.withResolvers<Response>();
  answer = () => silence.promise;
  const hooks = { before: [{ name: "migrate", url: `${served.url}/migrate` }] };
  await house.client.apps.put("mailer", { app: "mailer", ...MANIFEST, hooks });
  await publish(house.client, "mailer", "v1", functionCode("well"));
  const { id } = await start(house.client, "mailer", "v1");
  await until("the first call", () => heard.length === 1, 120_000);
  await house.kill();
  silence.resolve(new Response(""));
  answer = async () => new Response("fine");
  house = await startHouse({ servers: 1, directory: house.directory });
  expect(await settled(house.client, id)).toMatchObject({ status: "succeeded" });
  expect(heard.map((one) => one.idempotencyKey)).toEqual([`${id}-before-0`, `${id}-before-0`]);
  expect(heard.map((one) => one.attempt)).toEqual([1, 2]);
});

test("a schedule comes round each minute by itself, and a moment that passed in the dark is made up for once", async () => {
  const schedules = [{ name: "minutely", cron: "* * * * *", action: "deploy", version: "v1" }];
  await house.client.apps.put("clock", {
    app: "clock",
    ...MANIFEST,
    environments: { [ENVIRONMENT]: { schedules } },
  });
  await publish(house.client, "clock", "v1", functionCode("well"));
  const ofClock = async () => (await house.client.deployments.list({ app: "clock" })).items;
  await until("the first time", async () => (await ofClock()).length === 1, 200_000);
  const [first] = await ofClock();
  expect(first).toMatchObject({ trigger: "schedule", createdBy: "schedule", version: "v1" });
  await whenever(house.client, first!.id, () => false);
  await house.kill();
  // Over the next full minute, and a moment further.
  await new Promise((resolve) => setTimeout(resolve, 62_000 - (Date.now() % 60_000)));
  house = await startHouse({ servers: 1, directory: house.directory });
  await until("the second time", async () => (await ofClock()).length === 2, 120_000);
  await new Promise((resolve) => setTimeout(resolve, 3000));
  expect((await ofClock()).length).toBe(2);
  await house.client.apps.remove("clock", { force: true });
});
