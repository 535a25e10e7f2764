import type { Service } from "@aws-sdk/client-ecs";
import { expect, test } from "vitest";
import type { Environment } from "#core/domain/environment.ts";
import type { Spec } from "#core/domain/spec.ts";
import type { TargetContext } from "#core/driver/driver.ts";
import { aSpec } from "#test/support/a-deployment.ts";
import { change, creation, type Wanted } from "./settings.ts";

const environment: Environment = {
  name: "prod",
  pools: {},
  cluster: { arn: "cluster", executionRoleArn: "execution" },
  network: { subnetIds: ["subnet-1"], securityGroupIds: ["sg-1"] },
  updatedAt: "",
};
const percents = { maximumPercent: 134, minimumHealthyPercent: 100 };
const wanted: Wanted = {
  side: "a",
  revisionArn: "family:2",
  count: null,
  percents,
  connect: { enabled: false },
};

function aTarget(container: Partial<Spec["container"]> = {}): TargetContext {
  const spec = aSpec({ kind: "container" });
  const whole = { ...spec, container: { ...spec.container, ...container } };
  return { app: "shop", environment, spec: whole } as unknown as TargetContext;
}

function aService(part: Partial<Service> = {}): Service {
  return {
    serviceName: "t-shop_prod_a",
    taskDefinition: "family:2",
    desiredCount: 3,
    launchType: "FARGATE",
    deploymentConfiguration: percents,
    deployments: [{ id: "ecs-svc/1", rolloutState: "COMPLETED" }],
    ...part,
  };
}

test("a service is made behind its group, with the breaker that only stops, and moves nothing by itself", () => {
  expect(creation("t-", aTarget(), { ...wanted, count: 3 }, "group")).toMatchObject({
    cluster: "cluster",
    serviceName: "t-shop_prod_a",
    taskDefinition: "family:2",
    desiredCount: 3,
    launchType: "FARGATE",
    loadBalancers: [{ targetGroupArn: "group", containerName: "app", containerPort: 8080 }],
    networkConfiguration: { awsvpcConfiguration: { subnets: ["subnet-1"], securityGroups: ["sg-1"] } },
    deploymentConfiguration: { ...percents, deploymentCircuitBreaker: { enable: true, rollback: false } },
    availabilityZoneRebalancing: "DISABLED",
  });
});

test("in public subnets a task on Fargate gets an address of its own, and one on a host is not asked for it", () => {
  const isPublic = (container: Partial<Spec["container"]>) => {
    const target = aTarget(container);
    const network = { ...target.environment.network!, assignPublicIp: true };
    const placed = { ...target, environment: { ...target.environment, network } };
    const { networkConfiguration } = creation("t-", placed, { ...wanted, count: 3 }, "group");
    return networkConfiguration?.awsvpcConfiguration?.assignPublicIp;
  };
  expect([isPublic({}), isPublic({ launchType: "EC2" })]).toEqual(["ENABLED", undefined]);
});

test("on hosts copies are spread over zones and then hosts, or packed by memory", () => {
  const placed = (container: Partial<Spec["container"]>) =>
    creation("t-", aTarget(container), { ...wanted, count: 3 }, "group").placementStrategy;
  expect(placed({})).toBeUndefined();
  expect(placed({ launchType: "EC2" })).toEqual([
    { type: "spread", field: "attribute:ecs.availability-zone" },
    { type: "spread", field: "instanceId" },
  ]);
  expect(placed({ launchType: "EC2", placement: "binpack" })).toEqual([{ type: "binpack", field: "memory" }]);
});

test("what is as it should be is left alone, its count above all", () => {
  expect(change(aTarget(), aService({ desiredCount: 9 }), wanted)).toBeNull();
});

test("a new release begins a deployment and leaves the count, unless the plan changes it", () => {
  const next = { ...wanted, revisionArn: "family:3" };
  const rolled = change(aTarget(), aService(), next);
  expect(rolled).toMatchObject({ taskDefinition: "family:3", forceNewDeployment: true });
  expect(rolled).not.toHaveProperty("desiredCount");
  expect(change(aTarget(), aService(), { ...next, count: 5 })).toMatchObject({ desiredCount: 5 });
});

test("a count or a percentage alone begins none; a deployment that failed is begun anew", () => {
  const scaled = change(aTarget(), aService(), { ...wanted, count: 5 });
  expect([scaled?.desiredCount, scaled?.forceNewDeployment]).toEqual([5, undefined]);
  const deploymentConfiguration = { maximumPercent: 200, minimumHealthyPercent: 100 };
  expect(change(aTarget(), aService({ deploymentConfiguration }), wanted)).not.toHaveProperty(
    "forceNewDeployment",
  );
  const failed = aService({ deployments: [{ id: "ecs-svc/1", rolloutState: "FAILED" }] });
  expect(change(aTarget(), failed, wanted)).toMatchObject({ forceNewDeployment: true });
});

test("a disk of each copy's own is said to the service, again only where it changes, and an empty list where it goes", () => {
  const target = aTarget();
  const withRole = { ...environment.cluster!, infrastructureRoleArn: "disks" };
  const scratch = (sizeGiB: number): TargetContext => ({
    ...target,
    environment: { ...environment, cluster: withRole },
    spec: { ...target.spec, volumes: [{ name: "data", path: "/data", sizeGiB, ephemeral: true }] },
  });
  const { volumeConfigurations } = creation("t-", scratch(5), { ...wanted, count: 3 }, "group");
  expect(volumeConfigurations).toMatchObject([
    {
      name: "data",
      managedEBSVolume: { roleArn: "disks", sizeInGiB: 5, encrypted: true, filesystemType: "ext4" },
    },
  ]);
  const filled = { ...volumeConfigurations![0]!.managedEBSVolume!, iops: 3000, throughput: 125 };
  const told = [{ name: "data", managedEBSVolume: filled }];
  const has = aService({ deployments: [{ id: "ecs-svc/1", volumeConfigurations: told }] });
  expect(change(scratch(5), has, wanted)).toBeNull();
  const larger = [{ managedEBSVolume: { sizeInGiB: 6 } }];
  expect(change(scratch(6), has, wanted)).toMatchObject({
    forceNewDeployment: true,
    volumeConfigurations: larger,
  });
  expect(change(target, has, wanted)).toMatchObject({ volumeConfigurations: [] });
  expect(creation("t-", target, { ...wanted, count: 3 }, "group")).not.toHaveProperty("volumeConfigurations");
  const powerless = { ...scratch(5), environment };
  expect(() => change(powerless, has, wanted)).toThrow(/^cluster\.infrastructureRoleArn: prod has none/);
});

test("another kind of place is refused, with the way to get there", () => {
  const toHosts = aTarget({ launchType: "EC2" });
  expect(() => change(toHosts, aService(), wanted)).toThrow(
    /runs on FARGATE .* change to EC2: .*blueGreen once/,
  );
  const spot = aTarget({ capacityProviders: [{ name: "FARGATE_SPOT", weight: 1, base: 0 }] });
  expect(() => change(spot, aService(), wanted)).toThrow(/change to capacity providers/);
});
