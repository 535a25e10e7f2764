// Service communication as a user has it: two apps of two kinds, one of which is told where the other is.
import { afterAll, beforeAll, expect, test } from "vitest";
import { startHouse, type TestHouse } from "#test/support/house.ts";
import { deploy, functionManifest, publish, serverCode, serverManifest } from "#test/support/release-of.ts";

const FRONT = {
  "index.js": `exports.handler = async (event) => {
    if (event.rawPath === "/healthz") return { statusCode: 200 };
    const url = process.env.BACK_OFFICE_URL;
    if (!url) return { statusCode: 200, body: "nobody to ask" };
    const answer = await fetch(url);
    return { statusCode: answer.status, body: url + " " + (await answer.text()) };
  };`,
};

let house: TestHouse;
beforeAll(async () => {
  house = await startHouse();
  const { client } = house;
  await client.apps.put("front", { ...functionManifest("front"), connect: ["back-office"] });
  await client.apps.put("back-office", serverManifest("back-office", { connect: ["front"] }));
  for (const version of ["v1", "v2"]) await publish(client, "front", version, FRONT);
  await publish(client, "back-office", "v1", serverCode("well"));
});
afterAll(() => house?.clear());

const notes = async (app: string) =>
  (await house.client.deployments.plan(app, { environment: "dev", version: "v1" })).notes;
const ask = async () => {
  const { endpoint } = await house.client.targets.get("front", "dev");
  return (await fetch(endpoint!)).text();
};

test("who is not there yet, and a circle, are told in the dry run and in the events; then the address is known", async () => {
  expect(await notes("front")).toEqual([
    "connect: back-office has no endpoint in dev yet, so BACK_OFFICE_URL is not set; deploy it, then release front under a new version.",
    "connect: front → back-office → front is a circle: each needs another to be there first.",
  ]);
  const first = await deploy(house.client, "front", "v1");
  expect(first.status).toBe("succeeded");
  const { items } = await house.client.deployments.events(first.id);
  expect(items.map((event) => event.message)).toContainEqual(
    expect.stringMatching(/^connect: back-office has no/),
  );
  expect(await ask()).toBe("nobody to ask");

  expect((await deploy(house.client, "back-office", "v1")).status).toBe("succeeded");
  expect((await deploy(house.client, "front", "v2")).status).toBe("succeeded");
  const { endpoint } = await house.client.targets.get("back-office", "dev");
  expect(await ask()).toMatch(new RegExp(`^${endpoint} `));
});
