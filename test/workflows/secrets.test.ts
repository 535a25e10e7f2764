// What a manifest's secrets name is looked for before anything is changed.
import { afterEach, beforeEach, expect, test } from "vitest";
import { aRelease, aSpec } from "#test/support/a-deployment.ts";
import { openStage, type Stage } from "#test/support/stage.ts";

let stage: Stage;
beforeEach(async () => {
  stage = await openStage();
});
afterEach(() => stage.close());

const SECRETS = { DB: "secretsmanager:shop/db#password", TOKEN: "ssm:/shop/token" };
const PREVIEW = { verb: "preview", app: "shop", environment: "prod", version: "v1" } as const;

test("a dry run refuses a secret that is not there, by its reference", async () => {
  await stage.store.releases.create(aRelease("v1", { secrets: SECRETS }));
  stage.secrets.versions.set("/shop/token", "1");
  await expect(stage.conduct(PREVIEW)).rejects.toMatchObject({
    code: "secret_unavailable",
    errors: [{ path: "secrets.DB", message: "there is no secretsmanager:shop/db#password" }],
  });
  stage.secrets.versions.set("shop/db", "a");
  expect(await stage.conduct(PREVIEW)).toMatchObject({ version: "v1" });
});

test("a deployment whose secret is not there changes nothing and ends with the reference", async () => {
  const { id } = await stage.submit("v1", { spec: aSpec({ secrets: SECRETS }) });
  const deployment = await stage.ended(id);
  expect(deployment).toMatchObject({ status: "rolled_back", changed: false });
  expect(deployment.reason).toContain("secrets.DB: there is no secretsmanager:shop/db#password");
  expect([...stage.world.hosts.values()].every((host) => host.version === null)).toBe(true);
});

const FOLLOWED = { secrets: SECRETS, onSecretRotation: "redeploy" } as const;

async function running(more: typeof FOLLOWED | { secrets: typeof SECRETS }): Promise<void> {
  stage.secrets.versions.set("shop/db", "a").set("/shop/token", "1");
  await stage.ended((await stage.submit("v1", { spec: aSpec(more), manifest: more })).id);
  await stage.free();
}

const latest = async () => (await stage.store.deployments.list({}, { limit: 1 })).items[0]!;

test("a secret that was rotated starts one rolling restart, and only one", async () => {
  await running(FOLLOWED);
  const first = await latest();
  await stage.sweep();
  expect((await latest()).id).toBe(first.id);
  stage.secrets.versions.set("shop/db", "b");
  await stage.sweep();
  const restart = await latest();
  expect(restart).toMatchObject({
    purpose: "restart",
    trigger: "restart",
    createdBy: "secret rotation",
    version: "v1",
  });
  expect(await stage.ended(restart.id)).toMatchObject({
    status: "succeeded",
    reason: "v1 runs in fresh copies.",
  });
  await stage.free();
  await stage.sweep();
  expect((await latest()).id).toBe(restart.id);
  const [run] = (await stage.store.healingRuns.list({ limit: 1 })).items;
  expect(run!.actions).toEqual([
    {
      replica: null,
      finding: "secretsmanager:shop/db#password was rotated",
      action: `restarts v1 with ${restart.id}`,
      result: "begun",
    },
  ]);
});

test("nobody who did not ask for it is restarted, and neither is what could not start again", async () => {
  await running({ secrets: SECRETS });
  const first = await latest();
  stage.secrets.versions.set("shop/db", "b");
  await stage.sweep();
  expect((await latest()).id).toBe(first.id);
});

test("a secret that is gone restarts nothing: what runs is better than nothing", async () => {
  await running(FOLLOWED);
  const first = await latest();
  stage.secrets.versions.set("/shop/token", "2").delete("shop/db");
  await stage.sweep();
  expect((await latest()).id).toBe(first.id);
});

test("what was rotated while a release tried to come is not lost with it: the copies that stayed have read nothing new", async () => {
  await running(FOLLOWED);
  stage.secrets.versions.set("shop/db", "b");
  stage.world.behaviours.v2 = "unhealthy";
  const broken = await stage.submit("v2", { spec: aSpec(FOLLOWED), manifest: FOLLOWED });
  expect((await stage.ended(broken.id)).status).toBe("rolled_back");
  await stage.free();
  await stage.sweep();
  expect(await latest()).toMatchObject({ createdBy: "secret rotation", purpose: "restart", version: "v1" });
});

test("what was rotated before a copy more was started is read by the others too", async () => {
  await running(FOLLOWED);
  stage.secrets.versions.set("/shop/token", "2");
  const scaled = await stage.submit("v1", {
    spec: aSpec({ ...FOLLOWED, replicas: 2 }),
    manifest: FOLLOWED,
    trigger: "scale",
    purpose: "scale",
  });
  expect((await stage.ended(scaled.id)).status).toBe("succeeded");
  await stage.free();
  await stage.sweep();
  expect(await latest()).toMatchObject({ createdBy: "secret rotation", purpose: "restart" });
});

test("a restart that did not come up has been the answer to a rotation: it is not asked for again", async () => {
  await running(FOLLOWED);
  stage.secrets.versions.set("shop/db", "b");
  const begin = stage.hold("plan");
  await stage.sweep();
  const restart = await latest();
  stage.world.hosts.get("host-1")!.cannotRun = ["v1"];
  begin();
  expect(restart.createdBy).toBe("secret rotation");
  expect((await stage.ended(restart.id)).status).not.toBe("succeeded");
  await stage.free();
  stage.world.hosts.get("host-1")!.cannotRun = [];
  await stage.sweep();
  const asked = (await stage.store.deployments.list({}, { limit: 9 })).items;
  expect(asked.filter(({ createdBy }) => createdBy === "secret rotation")).toHaveLength(1);
});
