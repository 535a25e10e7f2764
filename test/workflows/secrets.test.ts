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
