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
