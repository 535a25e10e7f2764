import { expect, test } from "vitest";
import type { Environment } from "./environment.ts";
import { misplaced, placeOf, placeOfArn } from "./place.ts";

const HOME = { account: "123456789012", region: "eu-central-1" };
const AWAY = { account: "210987654321", region: "eu-west-1" };
const externalId = "what-both-agreed-on";
const balancer = ({ account, region }: typeof HOME) => ({
  arn: `arn:aws:elasticloadbalancing:${region}:${account}:loadbalancer/app/a/1`,
  ports: { from: 8100, to: 8199 },
  vpcId: "vpc-1",
});
const anEnvironment = (more: Partial<Environment>): Environment => ({
  name: "prod",
  pools: {},
  updatedAt: "2026-11-27T00:00:00.000Z",
  ...more,
});

test("targets live at home, or in the account that the environment says, in its region or in Tutti's", () => {
  const away = { id: AWAY.account, externalId };
  expect(placeOf("vm", {}, HOME)).toEqual(HOME);
  expect(placeOf("vm", { accounts: { server: away } }, HOME)).toEqual(HOME);
  expect(placeOf("vm", { accounts: { vm: away } }, HOME)).toEqual({ ...AWAY, region: HOME.region });
  expect(placeOf("vm", { accounts: { vm: { ...away, region: AWAY.region } } }, HOME)).toEqual(AWAY);
  expect(placeOfArn("arn:aws:states:eu-central-1:123456789012:stateMachine:tutti")).toEqual(HOME);
});

test("a load balancer is misplaced for the kinds that do not live where it is, by account and by region", () => {
  const vm = { id: AWAY.account, externalId, region: AWAY.region };
  const environment = anEnvironment({ loadBalancer: balancer(AWAY), accounts: { vm } });
  expect(misplaced("vm", environment, HOME)).toEqual([]);
  expect(misplaced("function", environment, HOME)).toEqual([]);
  expect(misplaced("server", environment, HOME)).toEqual([
    { path: "loadBalancer.arn", setting: "loadBalancer", place: AWAY, belongsTo: ["vm"] },
  ]);
  const sameAccount = anEnvironment({ loadBalancer: balancer({ ...HOME, region: "us-east-1" }) });
  expect(misplaced("server", sameAccount, HOME)).toMatchObject([{ belongsTo: [] }]);
});

test("a role is of an account, and of no region", () => {
  const cluster = (account: string) => ({
    arn: `arn:aws:ecs:${AWAY.region}:${AWAY.account}:cluster/main`,
    executionRoleArn: `arn:aws:iam::${account}:role/pull`,
  });
  const accounts = { container: { id: AWAY.account, externalId, region: AWAY.region } };
  const paths = (account: string) =>
    misplaced("container", anEnvironment({ cluster: cluster(account), accounts }), HOME).map(
      ({ path }) => path,
    );
  expect(paths(AWAY.account)).toEqual([]);
  expect(paths(HOME.account)).toEqual(["cluster.executionRoleArn"]);
});
