// A release train through the whole house: two servers' apps and a function, of which the third fails.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { TrainView } from "#client/views.ts";
import { startHouse, type TestHouse } from "#test/support/house.ts";
import {
  ENVIRONMENT,
  functionCode,
  functionManifest,
  publish,
  serverCode,
  serverManifest,
} from "#test/support/release-of.ts";

let house: TestHouse;
beforeAll(async () => {
  house = await startHouse();
});
afterAll(() => house?.clear());

const member = (app: string, version: string) => ({ app, environment: ENVIRONMENT, version });

async function ended(id: string): Promise<TrainView> {
  let last: TrainView | undefined;
  for await (const train of house.client.watchTrain(id, { waitSeconds: 5 })) last = train;
  return last!;
}

test("of three the third fails: all three are back on their first release, in reverse order", async () => {
  const { client } = house;
  const atOnce = { batch: 3, maxUnavailable: 3 };
  await client.apps.put("orders", serverManifest("orders", { port: 8101, rollout: atOnce }));
  await client.apps.put("web", serverManifest("web", { port: 8102, rollout: atOnce }));
  await client.apps.put("api", functionManifest("api"));
  for (const version of ["v1", "v2"]) {
    await publish(client, "orders", version, serverCode("well"));
    await publish(client, "api", version, functionCode("well"));
    await publish(client, "web", version, serverCode(version === "v2" ? "unwell" : "well"));
  }
  const apps = ["orders", "api", "web"];
  const first = await client.trains.create({ stops: [apps.map((app) => member(app, "v1"))] });
  expect(await ended(first.id)).toMatchObject({ status: "succeeded" });

  const { id } = await client.trains.create({ stops: apps.map((app) => member(app, "v2")) });
  const train = await ended(id);
  expect(train.status).toBe("rolled_back");
  const members = train.stops.flatMap((stop) => stop.deployments);
  expect(members.map((one) => one.status)).toEqual(["rolled_back", "rolled_back", "rolled_back"]);
  for (const app of apps) expect((await client.targets.get(app, ENVIRONMENT)).release).toBe("v1");
  const [orders, api] = await Promise.all(
    members.slice(0, 2).map((one) => client.deployments.get(one.rollback!)),
  );
  expect(orders!.createdAt >= api!.endedAt!).toBe(true);
  expect([orders!.trigger, orders!.train, orders!.version]).toEqual(["train", id, "v1"]);
});
