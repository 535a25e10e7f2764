// Targets in an environment that has a domain: each is reached at its name over TLS, on every kind that stands behind the load balancer,
// with the driver's own grants; and one that was there before gets its name without a failed request.
import {
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  DescribeRulesCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { IAMClient } from "@aws-sdk/client-iam";
import { expect, test } from "vitest";
import type { Environment } from "#core/domain/environment.ts";
import type { Sandbox } from "#sandbox/sandbox.ts";
import { aRollout } from "#test/support/a-deployment.ts";
import { type MadeDomain, makeDomain } from "#test/support/its-domain.ts";
import { asRoot } from "./as-role.ts";
import { openPlace } from "./container-place.ts";
import type { Harness } from "./driver.ts";
import { expectPlayed, planTo, playStep, roll } from "./roll.ts";
import { openServerWorld } from "./server-world.ts";
import { openVmHouse } from "./vm-world.ts";

const blueGreen = aRollout({ strategy: "blueGreen", weights: [50, 100], drainSeconds: 1 });

async function domainOf(sandbox: Sandbox, { loadBalancer }: Environment) {
  const access = asRoot(sandbox);
  const elb = new ElasticLoadBalancingV2Client(access);
  const { arn } = loadBalancer!;
  const { LoadBalancers } = await elb.send(new DescribeLoadBalancersCommand({ LoadBalancerArns: [arn] }));
  const front = { arn, address: LoadBalancers![0]!.DNSName! };
  const made = await makeDomain({ elb, iam: new IAMClient(access) }, front);
  const ListenerArn = made.domain.listenerArn;
  return {
    ...made,
    rules: async () =>
      ((await elb.send(new DescribeRulesCommand({ ListenerArn }))).Rules ?? []).filter(
        (one) => !one.IsDefault,
      ),
    listeners: async () =>
      (await elb.send(new DescribeListenersCommand({ LoadBalancerArn: arn }))).Listeners ?? [],
  };
}

const nameOf = (app: string, { domain, port }: MadeDomain) => `https://${app}.${domain.name}:${port}`;

/** v1 at a port, v2 at its name, v3 there too, and nothing is left of it. Each kind does it in its own way. */
async function movesIn(sandbox: Sandbox, { driver, target, makeRelease, load, close }: Harness) {
  for (const version of ["v1", "v2", "v3"]) await makeRelease(version, "good");
  expectPlayed(await roll(driver, target, "v1"));
  const { endpoint } = await driver.inspect(target);
  expect(endpoint).toMatch(/^http:\/\/127\.[\d.]+:8\d\d\d$/);
  const made = await domainOf(sandbox, target.environment);
  const named = { ...target, environment: { ...target.environment, domain: made.domain } };
  expect((await driver.inspect(named)).endpoint, "until a deployment has made its rule").toBe(endpoint);

  const before = load!(endpoint!);
  expectPlayed(await roll(driver, named, "v2"));
  const url = (await driver.inspect(named)).endpoint!;
  expect(url).toBe(nameOf(target.app, made));
  expect(await made.ask(url)).toMatchObject({ status: 200, body: expect.stringContaining("v2") });
  expect((await made.ask(nameOf("somebody-else", made))).status).toBe(404);

  const requests = made.load(url);
  expectPlayed(await roll(driver, named, "v3"));
  const { sent, failed } = await requests.stop();
  expect({ failed, many: sent > 20 }).toEqual({ failed: 0, many: true });
  expect((await before.stop()).failed).toBe(0);
  expect(await made.ask(url)).toMatchObject({ body: expect.stringContaining("v3") });
  expect((await (await fetch(endpoint!)).text()).includes("v3"), "the port it had leads there too").toBe(
    true,
  );

  await close();
  expect([await made.rules(), (await made.listeners()).length]).toEqual([[], 1]);
}

test("a target on servers gets its name, and keeps serving", async () => {
  const world = await openServerWorld();
  await movesIn(world.sandbox, await world.open());
  await world.close();
});

test("a target of containers gets its name, and its traffic is shifted there too", async () => {
  const place = await openPlace();
  await movesIn(place.sandbox, await place.open({ rollout: blueGreen }));
  await place.close();
});

test("a target on virtual machines gets its name, and its traffic is shifted there too", async () => {
  const house = await openVmHouse();
  await movesIn(house.sandbox, house.open({ replicas: 1, rollout: blueGreen }));
  await house.close();
});

test("a first release has its name at once, and no port is opened; a name that somebody else has is left to them", async () => {
  const place = await openPlace();
  const first = await place.open({ replicas: 1 });
  const made = await domainOf(place.sandbox, first.target.environment);
  const named = (harness: Harness) => ({
    ...harness.target,
    environment: { ...harness.target.environment, domain: made.domain },
  });
  await first.makeRelease("v1");
  expectPlayed(await roll(first.driver, named(first), "v1"));
  expect((await made.listeners()).map(({ Port }) => Port)).toEqual([made.port]);
  expect(await made.rules()).toMatchObject([
    {
      Priority: "100",
      Conditions: [
        { Field: "host-header", HostHeaderConfig: { Values: [`${first.target.app}.${made.domain.name}`] } },
      ],
    },
  ]);
  // The same app in another environment that was given the same domain by mistake.
  const twin = named(first);
  const other = { ...twin, environment: { ...twin.environment, name: "stage" } };
  const [step] = await planTo(first.driver, other, "v1");
  const failed = await playStep(first.driver, other, step!).then(
    ({ reason }) => reason,
    (error: Error) => error.message,
  );
  expect(failed).toMatch(/^Requests for shop-1\.apps\.example\.test are taken by another rule/);
  expect((await made.ask(nameOf(first.target.app, made))).status).toBe(200);
  await place.close();
});
