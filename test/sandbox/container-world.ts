// For tests of ECS: a sandbox with SDK clients, images of one file pushed to its ECR, a load balancer, and services.
import { execFileSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as ecr from "@aws-sdk/client-ecr";
import * as ecs from "@aws-sdk/client-ecs";
import * as elb from "@aws-sdk/client-elastic-load-balancing-v2";
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import type { Sandbox } from "#sandbox/sandbox.ts";
import { manifestOf, uploadLayer } from "./push-image.ts";

export const PORT = 8080;
/** A busy machine is no failure. */
const PATIENCE_MS = 90_000;
const REGISTRY = "000000000000.dkr.ecr.us-east-1.amazonaws.com";

/** Answers `version` after a few milliseconds, and ends its requests before it ends. */
export const APP = (version: string) => `
const server = require("node:http").createServer((incoming, outgoing) => {
  if (incoming.url === "/eat") eat();
  setTimeout(() => outgoing.end(${JSON.stringify(version)} + (process.env.WORD ?? "")), 3);
});
const held = [];
const eat = () => { held.push(Buffer.alloc(8 << 20, 1)); setTimeout(eat, 5); };
server.listen(process.env.PORT ?? ${PORT});
process.on("SIGTERM", () => server.close(() => process.exit(0)));
`;

export type World = Awaited<ReturnType<typeof openWorld>>;

export async function openWorld({
  endpoint,
  rootCredentials: credentials,
}: Pick<Sandbox, "endpoint" | "rootCredentials">) {
  const config = { region: "us-east-1", endpoint, credentials, maxAttempts: 1 };
  const [client, registry, balancer] = [
    new ecs.ECSClient(config),
    new ecr.ECRClient(config),
    new elb.ElasticLoadBalancingV2Client(config),
  ];

  const describe = async (service: string) => {
    const answer = await client.send(
      new ecs.DescribeServicesCommand({ cluster: "main", services: [service] }),
    );
    return answer.services![0]!;
  };
  const tasks = async (serviceName: string, desiredStatus: "RUNNING" | "STOPPED" = "RUNNING") => {
    const { taskArns } = await client.send(
      new ecs.ListTasksCommand({ cluster: "main", serviceName, desiredStatus }),
    );
    if (!taskArns?.length) return [];
    const found = await client.send(new ecs.DescribeTasksCommand({ cluster: "main", tasks: taskArns }));
    return found.tasks!;
  };

  return {
    ecs: client,
    registry,
    balancer,
    describe,
    tasks,
    /** A role that may do everything. */
    async executionRole(): Promise<string> {
      const iam = new IAMClient(config);
      const trust = JSON.stringify({ Version: "2012-10-17", Statement: [] });
      const { Role } = await iam.send(
        new CreateRoleCommand({ RoleName: "execution", AssumeRolePolicyDocument: trust }),
      );
      const statement = { Effect: "Allow", Action: "*", Resource: "*" };
      const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
      const policy = { RoleName: "execution", PolicyName: "all", PolicyDocument };
      await iam.send(new PutRolePolicyCommand(policy));
      return Role!.Arn!;
    },
    /** Pushes an image `FROM node` of one file; answers its URI. */
    async push(repository: string, tag: string, source: string): Promise<string> {
      await registry
        .send(new ecr.CreateRepositoryCommand({ repositoryName: repository }))
        .catch(unless("RepositoryAlreadyExistsException"));
      const layer = layerOf({ "app.js": source });
      const config = Buffer.from(
        JSON.stringify({
          architecture: "amd64",
          os: "linux",
          config: {
            Entrypoint: ["docker-entrypoint.sh"],
            Cmd: ["node", "app.js"],
            WorkingDir: "/app",
            Env: ["PATH=/usr/local/bin"],
          },
        }),
      );
      for (const bytes of [config, layer])
        await uploadLayer(registry, repository, bytes).catch(unless("LayerAlreadyExistsException"));
      const imageManifest = manifestOf(config, [layer]);
      await registry.send(
        new ecr.PutImageCommand({ repositoryName: repository, imageManifest, imageTag: tag }),
      );
      return `${REGISTRY}/${repository}:${tag}`;
    },
    async define(
      family: string,
      image: string,
      part: Partial<ecs.ContainerDefinition> = {},
      more: object = {},
    ) {
      const container = { name: "app", image, portMappings: [{ containerPort: PORT }], memory: 256, ...part };
      const { taskDefinition } = await client.send(
        new ecs.RegisterTaskDefinitionCommand({
          family,
          networkMode: "awsvpc",
          cpu: "256",
          memory: "512",
          containerDefinitions: [container],
          ...more,
        }),
      );
      return `${taskDefinition!.family}:${taskDefinition!.revision}`;
    },
    /** A load balancer of its own that forwards to one group: the group's ARN and where to ask. */
    async front(name: string, delaySeconds = 5): Promise<{ arn: string; url: string }> {
      const made = await balancer.send(new elb.CreateLoadBalancerCommand({ Name: name }));
      const group = await balancer.send(
        new elb.CreateTargetGroupCommand({
          Name: name,
          Protocol: "HTTP",
          Port: PORT,
          TargetType: "ip",
          HealthCheckIntervalSeconds: 5,
          HealthCheckTimeoutSeconds: 2,
          UnhealthyThresholdCount: 2,
        }),
      );
      const { LoadBalancerArn, DNSName } = made.LoadBalancers![0]!;
      const TargetGroupArn = group.TargetGroups![0]!.TargetGroupArn!;
      await balancer.send(
        new elb.ModifyTargetGroupAttributesCommand({
          TargetGroupArn,
          Attributes: [{ Key: "deregistration_delay.timeout_seconds", Value: String(delaySeconds) }],
        }),
      );
      await balancer.send(
        new elb.CreateListenerCommand({
          LoadBalancerArn,
          Protocol: "HTTP",
          Port: PORT,
          DefaultActions: [{ Type: "forward", TargetGroupArn }],
        }),
      );
      return { arn: TargetGroupArn, url: `http://${DNSName}:${PORT}/` };
    },
    serve(
      serviceName: string,
      taskDefinition: string,
      part: Partial<ecs.CreateServiceCommandInput> & { behind?: string } = {},
    ) {
      const { behind, ...more } = part;
      return client.send(
        new ecs.CreateServiceCommand({
          cluster: "main",
          serviceName,
          taskDefinition,
          networkConfiguration: NETWORK,
          launchType: "EC2",
          loadBalancers: behind
            ? [{ targetGroupArn: behind, containerName: "app", containerPort: PORT }]
            : [],
          ...more,
        }),
      );
    },
    update(service: string, part: Partial<ecs.UpdateServiceCommandInput>) {
      return client.send(new ecs.UpdateServiceCommand({ cluster: "main", service, ...part }));
    },
    /** Until the primary deployment is COMPLETED, alone, and the service is steady. */
    async steady(service: string): Promise<ecs.Service> {
      return until(`${service} to be steady`, async () => {
        const found = await describe(service);
        const [primary, ...others] = found.deployments ?? [];
        const done = primary?.rolloutState === "COMPLETED" && others.length === 0;
        return done && found.runningCount === found.desiredCount && found.pendingCount === 0 && found;
      });
    },
    healthyTargets: async (TargetGroupArn: string): Promise<number> => {
      const { TargetHealthDescriptions } = await balancer.send(
        new elb.DescribeTargetHealthCommand({ TargetGroupArn }),
      );
      return TargetHealthDescriptions!.filter((one) => one.TargetHealth?.State === "healthy").length;
    },
  };
}

/** The same, with a cluster `main` of one instance that has room for all. */
export async function openCluster(sandbox: Sandbox): Promise<World> {
  const world = await openWorld(sandbox);
  await world.ecs.send(new ecs.CreateClusterCommand({ clusterName: "main" }));
  await sandbox.containers.ensureInstance({
    cluster: "main",
    id: "i-a",
    cpu: 8_192,
    memoryMib: 16_384,
    availabilityZone: "us-east-1a",
  });
  return world;
}

export const NETWORK = { awsvpcConfiguration: { subnets: ["subnet-sandbox-a", "subnet-sandbox-b"] } };

export async function until<T>(
  what: string,
  ask: () => Promise<T | false | undefined> | T | false | undefined,
): Promise<T> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const found = await ask();
    if (found) return found;
    if (Date.now() > end) throw new Error(`Waited long for ${what}`);
    await sleep(15);
  }
}

const unless = (name: string) => (error: Error) => {
  if (error.name !== name) throw error;
};

function layerOf(files: Record<string, string>): Buffer {
  const directory = mkdtempSync(join(tmpdir(), "layer-"));
  execFileSync("mkdir", ["app"], { cwd: directory });
  for (const [name, content] of Object.entries(files)) writeFileSync(join(directory, "app", name), content);
  return execFileSync("tar", ["-czf", "-", "app"], { cwd: directory });
}
