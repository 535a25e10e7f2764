// One load balancer in another account and region, where machines live: who looks at it, and whom it is wrong for.
import { expect, test } from "vitest";
import type { Environment } from "#core/domain/environment.ts";
import type { Kind } from "#core/domain/kind.ts";
import type { Driver } from "#core/driver/driver.ts";
import { assertHere, whatIsHere } from "./what-is-here.ts";

const HOME = { account: "123456789012", region: "eu-central-1" };
const vm = { id: "210987654321", externalId: "what-both-agreed-on", region: "eu-west-1" };

const settings: Environment = {
  name: "far",
  pools: {},
  loadBalancer: {
    arn: `arn:aws:elasticloadbalancing:${vm.region}:${vm.id}:loadbalancer/app/far/1`,
    ports: { from: 8100, to: 8199 },
    vpcId: "vpc-far",
  },
  network: { subnetIds: ["subnet-far"], securityGroupIds: ["sg-far"] },
  vm: { baseImageId: "ami-far", instanceType: "t4g.small", user: "tutti", directory: "/opt/tutti" },
  accounts: { vm },
  updatedAt: "2026-11-27T00:00:00.000Z",
};

const seenBy = (kind: Kind, hasTargets: boolean, of = settings) =>
  whatIsHere({ driver: { kind } as Driver, home: HOME }, of, hasTargets);

test("the kind that lives there looks at all of it", () => {
  expect(seenBy("vm", true)).toEqual({ settings, wrong: [] });
});

test.each(["server", "container"] as const)(
  "a kind without targets (%s) leaves it to the one that lives there",
  (kind) => {
    const { settings: here, wrong } = seenBy(kind, false);
    expect(wrong).toEqual([]);
    for (const key of ["loadBalancer", "network", "vm"]) expect(here, key).not.toHaveProperty(key);
    expect(here).toMatchObject({ name: "far", pools: {} });
  },
);

test("one with targets stands on what it cannot reach, by the path and both places", () => {
  expect(seenBy("server", true).wrong).toMatchObject([
    {
      path: "loadBalancer.arn",
      ok: false,
      detail:
        "It is in account 210987654321, eu-west-1, and targets of server live in account 123456789012, eu-central-1.",
      mend: expect.stringContaining("accounts.server"),
    },
  ]);
});

test("where no kind lives there, it is wrong for each that would stand on it", () => {
  const { accounts: _none, ...rest } = settings;
  for (const kind of ["server", "vm", "container"] as const)
    expect(seenBy(kind, false, rest).wrong.map(({ path }) => path)).toEqual(["loadBalancer.arn"]);
  expect(seenBy("function", false, rest)).toEqual({ settings: rest, wrong: [] });
});

test("no deployment begins on what its kind cannot reach", () => {
  const begins = (kind: Kind) => assertHere({ driver: { kind } as Driver, home: HOME }, settings);
  expect(() => begins("server")).toThrow(/^loadBalancer\.arn: It is in account 210987654321, eu-west-1, and/);
  expect(() => begins("vm")).not.toThrow();
});
