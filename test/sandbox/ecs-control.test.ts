// The control plane of ECS as a client sees it: task definitions, permissions, and what is refused.
import * as ecs from "@aws-sdk/client-ecs";
import { IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { expect, test } from "vitest";
import { shared } from "#test/support/shared.ts";
import { NETWORK, openWorld, type World } from "./container-world.ts";
import { runSandbox } from "./running-sandbox.ts";

let home: Awaited<ReturnType<typeof runSandbox>>;
let world: World;
let role: string;
const image = "000000000000.dkr.ecr.us-east-1.amazonaws.com/tasks:v1";

shared(
  async () => {
    home = await runSandbox();
    world = await openWorld(home.sandbox);
    role = await world.executionRole();
    await world.ecs.send(new ecs.CreateClusterCommand({ clusterName: "main" }));
  },
  () => home?.stop(),
);

const onFargate = (part: object = {}) => ({
  executionRoleArn: role,
  requiresCompatibilities: ["FARGATE"],
  ...part,
});

test("Revisions of a family are numbered, listed, taken out of use and deleted; tags are kept.", async () => {
  for (let at = 0; at < 3; at++) await world.define("family", image);
  const list = async (status: "ACTIVE" | "INACTIVE") => {
    const { taskDefinitionArns } = await world.ecs.send(
      new ecs.ListTaskDefinitionsCommand({ familyPrefix: "family", status, sort: "DESC" }),
    );
    return taskDefinitionArns!.map((arn) => arn.split("/").at(-1));
  };
  expect(await list("ACTIVE")).toEqual(["family:3", "family:2", "family:1"]);
  await world.ecs.send(new ecs.DeregisterTaskDefinitionCommand({ taskDefinition: "family:3" }));
  expect([await list("ACTIVE"), await list("INACTIVE")]).toEqual([["family:2", "family:1"], ["family:3"]]);
  const latest = await world.ecs.send(new ecs.DescribeTaskDefinitionCommand({ taskDefinition: "family" }));
  expect(latest.taskDefinition).toMatchObject({ revision: 2, status: "ACTIVE", compatibilities: ["EC2"] });
  const deleted = await world.ecs.send(
    new ecs.DeleteTaskDefinitionsCommand({ taskDefinitions: ["family:2", "family:3"] }),
  );
  expect(deleted.taskDefinitions).toMatchObject([{ revision: 3, status: "DELETE_IN_PROGRESS" }]);
  expect(deleted.failures).toHaveLength(1);
  const run = new ecs.RunTaskCommand({
    cluster: "main",
    taskDefinition: "family:3",
    networkConfiguration: NETWORK,
  });
  await expect(world.ecs.send(run)).rejects.toThrow("TaskDefinition is inactive");
  const resourceArn = latest.taskDefinition!.taskDefinitionArn!;
  const tags = [{ key: "team", value: "web" }];
  await world.ecs.send(new ecs.TagResourceCommand({ resourceArn, tags }));
  const tagged = await world.ecs.send(new ecs.ListTagsForResourceCommand({ resourceArn }));
  expect(tagged.tags).toEqual(tags);
  expect(await world.define("family", image)).toBe("family:4");
});

test("A role may do with ECS what its policy says, and hand over only roles that it may pass.", async () => {
  const { sandbox } = home;
  const config = { region: "us-east-1", endpoint: sandbox.endpoint };
  const iam = new IAMClient({ ...config, credentials: sandbox.rootCredentials });
  const deployer = await home.role("deployer", [
    { Effect: "Allow", Action: "ecs:RegisterTaskDefinition", Resource: "*" },
    { Effect: "Allow", Action: "ecs:UpdateService", Resource: "arn:aws:ecs:*:*:service/main/mine" },
  ]);
  const client = new ecs.ECSClient({
    ...config,
    credentials: sandbox.platform.credentialsOf(deployer),
    maxAttempts: 1,
  });
  const register = () =>
    client.send(
      new ecs.RegisterTaskDefinitionCommand({
        family: "mine",
        networkMode: "awsvpc",
        executionRoleArn: role,
        containerDefinitions: [{ name: "app", image, memory: 128 }],
      }),
    );
  await expect(register()).rejects.toThrow(`not authorized to perform: iam:PassRole on resource: ${role}`);
  const PolicyDocument = JSON.stringify({
    Statement: [{ Effect: "Allow", Action: "iam:PassRole", Resource: role }],
  });
  await iam.send(new PutRolePolicyCommand({ RoleName: "deployer", PolicyName: "pass", PolicyDocument }));
  expect((await register()).taskDefinition?.revision).toBe(1);
  const update = (service: string) => client.send(new ecs.UpdateServiceCommand({ cluster: "main", service }));
  await expect(update("yours")).rejects.toThrow("not authorized to perform: ecs:UpdateService");
  await expect(update("mine")).rejects.toThrow("Service not found");
});

test("What AWS refuses is refused, and what is not built is named.", async () => {
  const fargate = (more: object) => world.define("wrong", image, {}, onFargate(more));
  await expect(fargate({ cpu: "256", memory: "4096" })).rejects.toThrow("No Fargate configuration exists");
  await expect(fargate({ networkMode: "bridge" })).rejects.toThrow("Fargate only supports network mode");
  await expect(fargate({ volumes: [{ name: "a" }] })).rejects.toThrow(
    "does not implement RegisterTaskDefinition.volumes",
  );
  const definition = await world.define("right", image);
  const serve = (part: object) => world.serve("wrong", definition, { desiredCount: 1, ...part });
  await expect(serve({ deploymentController: { type: "CODE_DEPLOY" } })).rejects.toThrow("CODE_DEPLOY");
  await expect(serve({ deploymentConfiguration: { strategy: "BLUE_GREEN" } })).rejects.toThrow("BLUE_GREEN");
  await expect(serve({ launchType: "FARGATE" })).rejects.toThrow("does not support launch_type FARGATE");
  await expect(serve({ cluster: "none" })).rejects.toThrow("Cluster not found");
  const half = { minimumHealthyPercent: 100, maximumPercent: 100 };
  await expect(serve({ deploymentConfiguration: half })).rejects.toThrow("cannot be 100");
});
