// A target's place behind a load balancer, as the drivers make it, on a judge that others wrote.
import {
  DescribeListenersCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { beforeAll, expect, inject, test } from "vitest";
import type { LoadBalancer } from "#core/domain/environment.ts";
import { createBalancer, type Wish } from "#targets/balancer/balancer.ts";
import { aSpec } from "#test/support/a-deployment.ts";
import { aLoadBalancer, aNetwork } from "./capabilities/balancer.ts";
import { fresh } from "./capabilities/probe.ts";
import { lackOf } from "./lacks.ts";

const judge = inject("judge");
const elb = new ElasticLoadBalancingV2Client({});
const balancer = createBalancer(elb);
let loadBalancer: LoadBalancer;

beforeAll(async () => {
  const network = await aNetwork();
  const arn = await aLoadBalancer(network);
  loadBalancer = { arn, vpcId: network.vpcId, ports: { from: 8100, to: 8109 } };
});

function aWish(overrides: Partial<Wish> = {}): Wish {
  const { health } = aSpec();
  const { side: _, ...wish } = {
    app: fresh("shop"),
    environment: "prod",
    loadBalancer,
    port: 8080,
    health,
    drainSeconds: 5,
    side: undefined,
  };
  return { ...wish, ...overrides };
}

async function ports(): Promise<number[]> {
  const { Listeners = [] } = await elb.send(
    new DescribeListenersCommand({ LoadBalancerArn: loadBalancer.arn }),
  );
  return Listeners.map((one) => one.Port!).sort();
}

test("a target gets a group and a listener once, however often it is asked for, and leaves nothing behind", async () => {
  const before = await ports();
  const wish = aWish();
  const arn = await balancer.ensure(wish);
  expect(await balancer.ensure(wish)).toBe(arn);
  expect(await balancer.find(wish)).toBe(arn);
  expect(await balancer.endpoint(wish, arn)).toMatch(/^http:\/\/[^:]+:81\d\d$/);
  expect(await ports()).toHaveLength(before.length + 1);
  await balancer.remove(wish);
  await balancer.remove(wish);
  expect(await balancer.find(wish)).toBeNull();
  expect(await ports()).toEqual(before);
});

test("other health settings and another delay are brought to a group that is there", async () => {
  const wish = aWish();
  const arn = await balancer.ensure(wish);
  const changed = { ...wish, health: { ...wish.health, path: "/ready" }, drainSeconds: 20 };
  expect(await balancer.ensure(changed)).toBe(arn);
  expect(await balancer.ensure(changed)).toBe(arn);
  await balancer.remove(wish);
});

test("backends come and go", async () => {
  const wish = aWish();
  const arn = await balancer.ensure(wish);
  const [first, second] = [10, 11].map((n) => ({ address: `10.0.0.${n}`, port: 8080 }));
  await balancer.register(arn, [first!, second!]);
  await balancer.register(arn, [first!]);
  const addresses = async () => (await balancer.health(arn)).map((one) => one.address).sort();
  expect(await addresses()).toEqual(["10.0.0.10", "10.0.0.11"]);
  await balancer.deregister(arn, [first!]);
  await balancer.deregister(arn, [first!]);
  const left = (await balancer.health(arn)).filter(
    (one) => one.state !== "draining" && one.state !== "unused",
  );
  expect(left.map((one) => one.address)).toEqual(["10.0.0.11"]);
  await balancer.remove(wish);
});

const keepsWeights = !lackOf(judge.name, "Load balancer", "keeps the weights of a listener");

if (keepsWeights) {
  test("a second side joins at weight 0, and traffic is moved to it and read back", async () => {
    const a = aWish({ side: "a" });
    const b: Wish = { ...a, side: "b" };
    const [one, two] = [await balancer.ensure(a), await balancer.ensure(b)];
    expect(await balancer.weights(a)).toEqual({ a: 100, b: 0 });
    await balancer.register(one, [{ address: "10.0.0.20", port: 8080 }]);
    expect((await balancer.shift(a, { a: 50, b: 50 })).refused).toBe("side b has no healthy target");
    await balancer.register(two, [{ address: "10.0.0.21", port: 8080 }]);
    expect(await balancer.shift(a, { a: 90, b: 10 })).toEqual({ weights: { a: 90, b: 10 }, refused: null });
    expect(await balancer.shift(a, { a: 0, b: 100 })).toEqual({ weights: { a: 0, b: 100 }, refused: null });
    await balancer.removeSide(a, "a");
    expect(await balancer.weights(a)).toEqual({ b: 100 });
    await balancer.remove(a);
    expect(await balancer.find(b)).toBeNull();
  });
}
