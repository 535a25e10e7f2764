import { expect, test } from "vitest";
import type { Environment } from "#core/domain/environment.ts";
import type { Release } from "#core/domain/release.ts";
import type { Spec } from "#core/domain/spec.ts";
import { aSpec } from "#test/support/a-deployment.ts";
import { definitionOf } from "./definition.ts";
import { familyOf, replicaIdOf, serviceNameOf } from "./naming.ts";

const environment: Environment = {
  name: "prod",
  pools: {},
  cluster: { arn: "cluster", executionRoleArn: "execution", taskRoleArn: "task" },
  updatedAt: "",
};
const image = `shop@sha256:${"a".repeat(64)}`;

function aRelease(version = "v1", artifact: Release["artifact"] = { image }): Release {
  return {
    id: `rel_${version}`,
    app: "shop",
    version,
    artifact,
    manifest: {},
    createdAt: "",
    createdBy: "ann",
  };
}

function defined(overrides: Partial<Spec> = {}, release = aRelease(), place = environment) {
  const spec = aSpec({ kind: "container", config: { WORD: "x" }, ...overrides });
  return definitionOf("tutti-app-", { app: "shop", environment: place, spec }, release);
}

test("a release is a revision of its target's family, with everything that the app is promised", () => {
  const { input } = defined();
  expect(input).toMatchObject({
    family: "tutti-app-shop_prod",
    networkMode: "awsvpc",
    requiresCompatibilities: ["FARGATE"],
    cpu: "256",
    memory: "512",
    executionRoleArn: "execution",
    taskRoleArn: "task",
    runtimePlatform: { cpuArchitecture: "X86_64", operatingSystemFamily: "LINUX" },
    containerDefinitions: [{ name: "app", image, memory: 512, portMappings: [{ containerPort: 8080 }] }],
  });
  const pairs = input.containerDefinitions![0]!.environment!.map(({ name, value }) => [name, value]);
  expect(Object.fromEntries(pairs)).toEqual({
    WORD: "x",
    HOST: "0.0.0.0",
    PORT: "8080",
    TUTTI_APP: "shop",
    TUTTI_ENVIRONMENT: "prod",
    TUTTI_VERSION: "v1",
  });
  expect(input.tags).toContainEqual({ key: "tutti:version", value: "v1" });
});

test("a shared volume is mounted through its access point, over TLS, and the app is told where", () => {
  const spec = aSpec({
    kind: "container",
    volumes: [{ name: "data", path: "/data", sizeGiB: 1, shared: true }],
  });
  const place = { ...environment, storage: { fileSystem: "fs-1", uid: 1000, gid: 1000 } };
  const target = { app: "shop", environment: place, spec };
  const { input, label } = definitionOf("tutti-app-", target, aRelease(), {
    accessPoints: { data: "fsap-1" },
  });
  expect(input.volumes).toEqual([
    {
      name: "data",
      efsVolumeConfiguration: {
        fileSystemId: "fs-1",
        transitEncryption: "ENABLED",
        authorizationConfig: { accessPointId: "fsap-1", iam: "DISABLED" },
      },
    },
  ]);
  const [container] = input.containerDefinitions!;
  expect(container!.mountPoints).toEqual([{ sourceVolume: "data", containerPath: "/data" }]);
  expect(container!.environment).toContainEqual({ name: "TUTTI_VOLUME_DATA", value: "/data" });
  expect(label.digest).not.toBe(
    definitionOf("tutti-app-", { ...target, spec: aSpec({ kind: "container" }) }, aRelease()).label.digest,
  );
});

test("its digest changes with the release's words and the environment's roles, and with nothing else", () => {
  const { digest } = defined().label;
  expect(defined().label.digest).toBe(digest);
  expect(defined({ replicas: 7 }).label.digest).toBe(digest);
  expect(defined({ config: { WORD: "y" } }).label.digest).not.toBe(digest);
  expect(defined({}, aRelease("v2")).label.digest).not.toBe(digest);
  const otherRole = { ...environment, cluster: { arn: "cluster", executionRoleArn: "other" } };
  expect(defined({}, aRelease(), otherRole).label.digest).not.toBe(digest);
});

test("a role that is one for each app is the app's own, for the task and for what starts it", () => {
  const cluster = { arn: "cluster", executionRoleArn: "role/start-{app}", taskRoleArn: "role/{app}" };
  const { input } = defined({}, aRelease(), { ...environment, cluster });
  expect([input.executionRoleArn, input.taskRoleArn]).toEqual(["role/start-shop", "role/shop"]);
});

test("what the app prints goes to the cluster's log group, where there is one", () => {
  expect(defined().input.containerDefinitions![0]!.logConfiguration).toBeUndefined();
  const arn = "arn:aws:ecs:eu-west-1:123456789012:cluster/main";
  const place = { ...environment, cluster: { arn, executionRoleArn: "execution", logGroup: "/apps" } };
  expect(defined({}, aRelease(), place).input.containerDefinitions![0]!.logConfiguration).toEqual({
    logDriver: "awslogs",
    options: { "awslogs-group": "/apps", "awslogs-region": "eu-west-1", "awslogs-stream-prefix": "shop/v1" },
  });
});

test("hosts are told no platform, Fargate the one that the image is built for, and disk is asked for where it is named", () => {
  const container: Spec["container"] = { launchType: "EC2", capacityProviders: [], placement: "spread" };
  const onHosts = defined({ container, resources: { cpu: 0.25, memoryMiB: 64, diskGiB: 30 } }).input;
  expect([onHosts.runtimePlatform, onHosts.ephemeralStorage, onHosts.memory]).toEqual([
    undefined,
    undefined,
    "64",
  ]);
  const graviton = defined({
    container: { ...container, launchType: "FARGATE", architecture: "arm64" },
  }).input;
  expect(graviton.runtimePlatform?.cpuArchitecture).toBe("ARM64");
  const large = defined({ resources: { cpu: 0.25, memoryMiB: 512, diskGiB: 30 } }).input;
  expect(large.ephemeralStorage).toEqual({ sizeInGiB: 30 });
});

test("a release without an image, or an environment without a cluster, is refused by name", () => {
  expect(() => defined({}, aRelease("v1", { uri: "s3://b/k" }))).toThrow(/artifact\.image: the release v1/);
  expect(() => defined({}, aRelease(), { ...environment, cluster: undefined })).toThrow(
    /^cluster: prod has none/,
  );
});

test("no two targets share a name", () => {
  const named = (app: string, name: string) => familyOf("t-", { app, environment: { ...environment, name } });
  expect(named("a-b", "c")).not.toBe(named("a", "b-c"));
  expect(serviceNameOf("t-", { app: "shop", environment }, "b")).toBe("t-shop_prod_b");
  expect(replicaIdOf("arn:aws:ecs:r:1:task/main/0123456789abcdef0123456789abcdef")).toBe("0123456789ab");
});
