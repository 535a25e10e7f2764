// A disk of a virtual machine grows, and never shrinks: who asks for less is told at once, and a way back is never closed by it.
import { afterEach, beforeEach, expect, test } from "vitest";
import { POOL, registerRelease } from "#test/support/a-shop.ts";
import { openTestApi, type TestApi } from "#test/support/api.ts";

const PLACE = {
  ...POOL,
  loadBalancer: {
    arn: "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/tutti/0123456789abcdef",
    vpcId: "vpc-1",
    ports: { from: 8000, to: 8099 },
  },
  network: { subnetIds: ["subnet-0a1b2c3d"], securityGroupIds: ["sg-0a1b2c3d"] },
  vm: { baseImageId: "ami-0a1b2c3d", instanceType: "t4g.small" },
};
const PROD = { app: "shop", environment: "prod" };

let api: TestApi;
beforeEach(async () => {
  api = await openTestApi();
  expect((await api.call("PUT", "/v1/environments/prod", PLACE)).status).toBeLessThan(300);
  await releaseOf("v0", [{ name: "data", path: "/data", sizeGiB: 5 }]);
  await releaseOf("v1", [{ name: "data", path: "/data", sizeGiB: 10 }]);
  const { body } = await deploy("v1");
  await api.store.targets.release(PROD, body.id, (target) => ({
    ...target,
    release: "v1",
    history: ["v1", "v0"],
  }));
});
afterEach(() => api.close());

async function releaseOf(version: string, volumes: object[]): Promise<void> {
  const manifest = { app: "shop", kind: "vm", start: "node app.js", replicas: 2, volumes };
  expect((await api.call("PUT", "/v1/apps/shop", manifest)).status).toBeLessThan(300);
  expect((await registerRelease(api, version)).status).toBe(201);
}

const deploy = (version: string, more: object = {}) =>
  api.call("POST", "/v1/apps/shop/deployments", { environment: "prod", version, ...more });

test("a release whose disk is to be smaller than that of the one that runs is refused, by its path", async () => {
  await releaseOf("v2", [
    { name: "logs", path: "/logs", sizeGiB: 1 },
    { name: "data", path: "/data", sizeGiB: 9 },
  ]);
  for (const more of [{}, { dryRun: true }]) {
    const { status, body } = await deploy("v2", more);
    expect([status, body.code]).toEqual([422, "invalid_input"]);
    expect(body.errors).toEqual([
      {
        path: "volumes.1.sizeGiB",
        message:
          "must be at least 10, not 9: a disk of a virtual machine grows, and does not shrink; under another name it is another disk, which begins empty",
      },
    ]);
  }
});

test("the same size, a larger one, another name, and what has run there before are taken", async () => {
  await releaseOf("v2", [
    { name: "data", path: "/data", sizeGiB: 10 },
    { name: "data-2", path: "/data-2", sizeGiB: 20 },
  ]);
  expect((await deploy("v2")).status).toBe(202);
  await releaseOf("v3", [{ name: "data", path: "/data", sizeGiB: 20 }]);
  expect((await deploy("v3")).status).toBe(202);
  expect((await deploy("v0")).status).toBe(202);
});
