// Functions, machines and servers that live in another account and another region than Tutti, in one house: releases, images and links of
// artifacts go there from home under load, nothing of them is at home, and the doctor looks at each kind where it lives.
import { userInfo } from "node:os";
import { AutoScalingClient, DescribeAutoScalingGroupsCommand } from "@aws-sdk/client-auto-scaling";
import {
  DescribeLoadBalancersCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { LambdaClient, ListFunctionsCommand } from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Client } from "#client/client.ts";
import { steadyLoad } from "#test/contract/steady-load.ts";
import {
  abroad,
  EXTERNAL_ID,
  makeAppRole,
  makeMachinesPlace,
  makeTargetRole,
  OTHER,
} from "#test/support/other-account.ts";
import { type OwnHouse, openOwnHouse } from "#test/support/own-house.ts";
import {
  functionCode,
  functionManifest,
  machineManifest,
  publish,
  serverCode,
  serverManifest,
  settled,
} from "#test/support/release-of.ts";

const AWAY = "eu-central-1";
const there = { id: OTHER, externalId: EXTERNAL_ID, region: AWAY };
const APPS = ["mailer", "shop", "site"] as const;

let house: OwnHouse;
let client: Client;
let place: Awaited<ReturnType<typeof makeMachinesPlace>>;

async function putUpHosts(): Promise<void> {
  const { machines } = house.sandbox.placeOf(OTHER, AWAY);
  for (const name of ["web-1", "web-2"])
    await machines.ensure({ id: `mi-${name}`, name, tags: { pool: "far" } });
}

beforeAll(async () => {
  house = await openOwnHouse({ servers: 0, accounts: [OTHER], regions: [AWAY] });
  ({ client } = house);
  const access = abroad(house, AWAY);
  for (const kind of ["function", "vm", "server"] as const) await makeTargetRole(access, kind);
  await makeAppRole(access, "tutti-app-mailer", "lambda.amazonaws.com");
  place = await makeMachinesPlace(access);
  await putUpHosts();
  await client.environments.put("far", {
    ...place,
    pools: { web: { ssm: { tags: { pool: "far" } }, user: userInfo().username, directory: "tutti" } },
    functionRoleArn: `arn:aws:iam::${OTHER}:role/tutti-app-{app}`,
    accounts: { function: there, vm: there, server: there },
  });
  await client.apps.put("mailer", functionManifest("mailer"));
  await client.apps.put("shop", { ...machineManifest("shop"), replicas: 2 });
  await client.apps.put("site", { ...serverManifest("site"), replicas: 2 });
  for (const version of ["v1", "v2"]) {
    await publish(client, "mailer", version, functionCode("well"));
    for (const app of ["shop", "site"])
      await publish(client, app, version, { ...serverCode("well"), "version.txt": version });
  }
});
afterAll(() => house?.close());

async function deployAll(version: string) {
  const begun = await Promise.all(
    APPS.map((app) => client.deployments.create(app, { environment: "far", version })),
  );
  const ends = await Promise.all(begun.map(({ id }) => settled(client, id)));
  return ends.map(({ app, status, reason }) => `${app} ${status}${reason ? `: ${reason}` : ""}`);
}

const endpoints = () =>
  Promise.all(APPS.map(async (app) => (await client.targets.get(app, "far")).endpoint!));

/** Of Tutti's making: functions, groups of machines and load balancers, in a region of an account. */
async function standingIn(access: ReturnType<typeof abroad>) {
  const { Functions = [] } = await new LambdaClient(access).send(new ListFunctionsCommand({}));
  const groups = await new AutoScalingClient(access).send(new DescribeAutoScalingGroupsCommand({}));
  return {
    functions: Functions.map((one) => one.FunctionName!).filter((name) => name.startsWith("tutti-app-")),
    groups: groups.AutoScalingGroups!.length,
  };
}

test("the doctor looks at every kind in its own account and region, and finds nothing wrong", async () => {
  const { checks } = await client.environments.doctor("far");
  expect(checks.filter(({ ok }) => !ok)).toEqual([]);
  const kindsAt = (path: string) => checks.find((one) => one.path === path)?.kinds;
  expect(kindsAt("accounts.function.id")).toEqual(["function"]);
  expect(kindsAt("loadBalancer.arn")).toEqual(["server", "vm"]);
  expect(kindsAt("vm.baseImageId")).toEqual(["vm"]);
  expect(kindsAt("pools.web")).toEqual(["server"]);
});

test("releases go there, the next ones under load without a failed request, and nothing of them is at home", async () => {
  const well = APPS.map((app) => `${app} succeeded`);
  expect((await deployAll("v1")).map((end) => end.split(":")[0])).toEqual(well);
  const loads = (await endpoints()).map(steadyLoad);
  const ends = await deployAll("v2");
  const counts = await Promise.all(loads.map((load) => load.stop()));
  expect(ends.map((end) => end.split(":")[0])).toEqual(well);
  expect(counts.map(({ failed }) => failed)).toEqual([0, 0, 0]);
  for (const { sent } of counts) expect(sent).toBeGreaterThan(0);
  expect(await standingIn(abroad(house, AWAY))).toEqual({ functions: ["tutti-app-mailer_far"], groups: 1 });
  const nothing = { functions: [], groups: 0 };
  expect(await standingIn(abroad(house))).toEqual(nothing);
  expect(await standingIn(house.access())).toEqual(nothing);
});

test("where a kind lives elsewhere than the load balancer is, the doctor says so by its path, once it has targets", async () => {
  const before = (await client.environments.list()).items.find(({ name }) => name === "far")!;
  const { name: _name, updatedAt: _at, ...settings } = before;
  const wrong = async (change: object) => {
    await client.environments.put("far", { ...settings, ...change });
    const { checks } = await client.environments.doctor("far");
    await client.environments.put("far", settings);
    return checks.filter(({ ok }) => !ok).map(({ path, kinds, detail }) => [path, kinds, detail]);
  };
  const elsewhere = { ...there, region: "us-east-1" };
  expect(await wrong({ accounts: { function: there, vm: there, server: elsewhere } })).toContainEqual([
    "loadBalancer.arn",
    ["server"],
    `It is in account ${OTHER}, ${AWAY}, and targets of server live in account ${OTHER}, us-east-1.`,
  ]);
  const { LoadBalancers } = await new ElasticLoadBalancingV2Client(house.access()).send(
    new DescribeLoadBalancersCommand({}),
  );
  const loadBalancer = { ...place.loadBalancer, arn: LoadBalancers![0]!.LoadBalancerArn! };
  await client.environments.put("far", { ...settings, loadBalancer });
  await expect(client.deployments.plan("shop", { environment: "far", version: "v1" })).rejects.toThrow(
    /loadBalancer\.arn: It is in account 000000000000, us-east-1, and targets of vm live in account 111111111111, eu-central-1/,
  );
  expect((await wrong({ loadBalancer })).map(([path, kinds]) => [path, kinds])).toEqual([
    ["loadBalancer.arn", ["server"]],
    ["loadBalancer.arn", ["vm"]],
  ]);
});
