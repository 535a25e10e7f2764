// Tasks of ECS as a client sees them: what they are given, how they end and where they are placed.
import * as ecs from "@aws-sdk/client-ecs";
import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { APP, NETWORK, openWorld, until, type World } from "./container-world.ts";
import { runSandbox } from "./running-sandbox.ts";

let home: Awaited<ReturnType<typeof runSandbox>>;
let world: World;
let role: string;
let image: string;

beforeAll(async () => {
  home = await runSandbox();
  world = await openWorld(home.sandbox);
  role = await world.executionRole();
  await world.ecs.send(
    new ecs.CreateClusterCommand({
      clusterName: "main",
      capacityProviders: ["FARGATE", "FARGATE_SPOT"],
      defaultCapacityProviderStrategy: [{ capacityProvider: "FARGATE", weight: 1 }],
    }),
  );
  image = await world.push("tasks", "v1", APP("v1"));
});
afterAll(() => home?.stop());

async function runOne(taskDefinition: string, part: Partial<ecs.RunTaskCommandInput> = {}) {
  const { tasks, failures } = await world.ecs.send(
    new ecs.RunTaskCommand({ cluster: "main", taskDefinition, networkConfiguration: NETWORK, ...part }),
  );
  return { task: tasks![0], failures };
}

async function ended(task: ecs.Task | undefined): Promise<ecs.Task> {
  return until("the task to stop", async () => {
    const input = { cluster: "main", tasks: [task!.taskArn!] };
    const found = (await world.ecs.send(new ecs.DescribeTasksCommand(input))).tasks![0]!;
    return found.lastStatus === "STOPPED" && found;
  });
}

/** What one attempt of a test makes by a name: another attempt makes its own. */
const ofAttempt = ({ result }: { result?: { retryCount?: number | undefined } | undefined }) => {
  const retries = result?.retryCount ?? 0;
  return (name: string) => (retries === 0 ? name : `${name}-${retries}`);
};

const onFargate = (part: object = {}) => ({
  executionRoleArn: role,
  requiresCompatibilities: ["FARGATE"],
  ...part,
});

test.concurrent("A task has its environment, its secrets and its role; what it prints is its own business, its exit code is told.", async ({
  task: attempt,
}) => {
  const own = ofAttempt(attempt);
  const { sandbox } = home;
  const config = { region: "us-east-1", endpoint: sandbox.endpoint, credentials: sandbox.rootCredentials };
  const secret = await new SecretsManagerClient(config).send(
    new CreateSecretCommand({ Name: own("db"), SecretString: JSON.stringify({ password: "hush" }) }),
  );
  await new SSMClient(config).send(
    new PutParameterCommand({ Name: own("/app/mode"), Value: "fast", Type: "SecureString" }),
  );
  const probe = await world.push(
    "tasks",
    "probe",
    `const { env, argv } = process;
     const ask = (url) => fetch(url).then((answer) => answer.json());
     (async () => {
     const keys = await ask(env.AWS_CONTAINER_CREDENTIALS_FULL_URI);
     const self = await ask(env.ECS_CONTAINER_METADATA_URI_V4 + "/task");
     const good = keys.RoleArn === "${role}" && keys.AccessKeyId.startsWith("ASIA") && self.Family === "probe" && env.PASSWORD === "hush" && env.MODE === "fast" && env.COLOR === "green" && env.EXTRA === "yes"
       && env.AWS_EXECUTION_ENV === "AWS_ECS_FARGATE" && !env.AWS_ACCESS_KEY_ID && !env.npm_config_user_agent
       && process.cwd().endsWith("/root/app") && argv[2] === "word" && env.HOSTNAME.startsWith("ip-127-");
     process.exit(good ? 42 : 1);
     })();`,
  );
  const definition = await world.define(
    "probe",
    probe,
    {
      environment: [{ name: "COLOR", value: "green" }],
      secrets: [
        { name: "PASSWORD", valueFrom: `${secret.ARN}:password::` },
        { name: "MODE", valueFrom: own("/app/mode") },
      ],
      entryPoint: ["node"],
      command: ["/app/app.js"],
    },
    onFargate({ taskRoleArn: role }),
  );
  const containerOverrides = [
    { name: "app", command: ["app.js", "word"], environment: [{ name: "EXTRA", value: "yes" }] },
  ];
  const { task } = await runOne(definition, { overrides: { containerOverrides }, startedBy: "me" });
  expect(task).toMatchObject({ launchType: "FARGATE", capacityProviderName: "FARGATE", startedBy: "me" });
  const stopped = await ended(task);
  expect(stopped).toMatchObject({
    stopCode: "EssentialContainerExited",
    containers: [{ exitCode: 42 }],
    group: "family:probe",
  });
});

test.concurrent("A container over its memory limit is killed: exit code 137, and why.", async () => {
  const definition = await world.define("eater", image, { memory: 128 }, onFargate());
  const { task } = await runOne(definition);
  const running = await until("the task to run", async () => {
    const input = { cluster: "main", tasks: [task!.taskArn!] };
    const found = (await world.ecs.send(new ecs.DescribeTasksCommand(input))).tasks![0]!;
    return found.lastStatus === "RUNNING" && found;
  });
  const address = running.containers![0]!.networkInterfaces![0]!.privateIpv4Address;
  await until("the app to answer", () => fetch(`http://${address}:8080/eat`).catch(() => undefined));
  expect(await ended(task)).toMatchObject({
    stoppedReason: "Essential container in task exited",
    containers: [{ exitCode: 137, reason: "OutOfMemoryError: Container killed due to memory usage" }],
  });
});

test.concurrent("A container's own health check is run, and its service waits for it.", async ({
  task: attempt,
}) => {
  const service = ofAttempt(attempt)("checked");
  const check = (word: string) => [
    "CMD-SHELL",
    `node -e 'fetch("http://localhost:8080").then((r) => r.text()).then((t) => process.exit(t === "${word}" ? 0 : 1))'`,
  ];
  const healthy = (word: string) => ({ healthCheck: { command: check(word), interval: 5, retries: 1 } });
  const good = await world.define("checked", image, healthy("v1"), onFargate());
  await world.serve(service, good, { desiredCount: 1, launchType: "FARGATE" });
  await world.steady(service);
  const [task] = await world.tasks(service);
  expect(task).toMatchObject({ healthStatus: "HEALTHY", containers: [{ healthStatus: "HEALTHY" }] });
  const bad = await world.define("checked", image, healthy("v2"), onFargate());
  await world.update(service, { taskDefinition: bad });
  const stopped = await until("the new task to be stopped", async () =>
    (await world.tasks(service, "STOPPED")).find(({ taskArn }) => taskArn !== task!.taskArn),
  );
  expect(stopped.stoppedReason).toBe("Task failed container health checks");
  expect((await world.tasks(service)).map(({ taskArn }) => taskArn)).toContain(task!.taskArn);
  await world.ecs.send(new ecs.DeleteServiceCommand({ cluster: "main", service, force: true }));
});

test.concurrent("A task that is stopped gets SIGTERM, and SIGKILL when it does not listen.", async () => {
  const deaf = await world.push(
    "tasks",
    "deaf",
    `process.on("SIGTERM", () => {}); ${APP("deaf").split("process.on")[0]}`,
  );
  const definition = await world.define("deaf", deaf, { stopTimeout: 1 }, onFargate());
  const { task } = await runOne(definition);
  const asked = { cluster: "main", tasks: [task!.taskArn!] };
  await until("the task to run", async () => {
    const { tasks } = await world.ecs.send(new ecs.DescribeTasksCommand(asked));
    return tasks![0]!.lastStatus === "RUNNING";
  });
  // It must have come to its handler.
  const address = task!.attachments![0]!.details!.find(({ name }) => name === "privateIPv4Address")!.value;
  await until("the app to answer", () => fetch(`http://${address}:8080/`).catch(() => undefined));
  await world.ecs.send(new ecs.StopTaskCommand({ cluster: "main", task: task!.taskArn, reason: "enough" }));
  expect(await ended(task)).toMatchObject({
    stopCode: "UserInitiated",
    stoppedReason: "enough",
    containers: [{ exitCode: 137 }],
  });
});

test.concurrent("What cannot be pulled or read ends the task with AWS's word for it.", async ({
  task: attempt,
}) => {
  const missing = await world.define("missing", image.replace("v1", "v9"), {}, onFargate());
  expect(await ended((await runOne(missing)).task)).toMatchObject({
    stopCode: "TaskFailedToStart",
    stoppedReason: expect.stringMatching(/^CannotPullContainerError: .*not found/),
  });
  const foreign = await world.define("foreign", "nginx:latest", {}, onFargate());
  expect((await ended((await runOne(foreign)).task)).stoppedReason).toMatch(/^CannotPullContainerError: /);
  const runtimePlatform = { cpuArchitecture: "ARM64", operatingSystemFamily: "LINUX" };
  const graviton = await world.define("graviton", image, {}, onFargate({ runtimePlatform }));
  expect((await ended((await runOne(graviton)).task)).stoppedReason).toMatch(
    /^CannotPullContainerError: .*does not contain descriptor matching platform 'linux\/arm64'/,
  );
  const secrets = [{ name: "A", valueFrom: "/no/such" }];
  const unread = await world.define("unread", image, { secrets }, onFargate());
  expect((await ended((await runOne(unread)).task)).stoppedReason).toMatch(/^ResourceInitializationError: /);
  const poor = await home.role(ofAttempt(attempt)("poor"));
  const denied = await world.define("denied", image, {}, onFargate({ executionRoleArn: poor }));
  expect((await ended((await runOne(denied)).task)).stoppedReason).toMatch(
    /not authorized to perform: ecr:BatchGetImage/,
  );
});

test.concurrent("Tasks are placed where there is room, spread over zones, moved off a draining instance, and wait where there is none.", async ({
  task: attempt,
}) => {
  const own = ofAttempt(attempt);
  const [cluster, service] = [own("iron"), own("placed")];
  await world.ecs.send(new ecs.CreateClusterCommand({ clusterName: cluster }));
  for (const [id, zone] of [
    [own("i-a"), "a"],
    [own("i-b"), "b"],
  ] as const)
    await home.sandbox.containers.ensureInstance({
      cluster,
      id,
      cpu: 1_024,
      memoryMib: 1_024,
      availabilityZone: `us-east-1${zone}`,
    });
  const taskDefinition = await world.define("placed", image);
  const create = new ecs.CreateServiceCommand({
    cluster,
    serviceName: service,
    taskDefinition,
    desiredCount: 2,
    launchType: "EC2",
    networkConfiguration: NETWORK,
    placementStrategy: [{ type: "spread", field: "attribute:ecs.availability-zone" }],
  });
  await world.ecs.send(create);
  const zones = async () => {
    const { taskArns } = await world.ecs.send(new ecs.ListTasksCommand({ cluster, serviceName: service }));
    if (!taskArns?.length) return [];
    const { tasks } = await world.ecs.send(new ecs.DescribeTasksCommand({ cluster, tasks: taskArns }));
    return tasks!
      .filter(({ lastStatus }) => lastStatus === "RUNNING")
      .map((task) => task.availabilityZone!.at(-1))
      .sort();
  };
  await until("a task in each zone", async () => (await zones()).join() === "a,b");
  const { containerInstanceArns } = await world.ecs.send(new ecs.ListContainerInstancesCommand({ cluster }));
  await world.ecs.send(
    new ecs.UpdateContainerInstancesStateCommand({
      cluster,
      containerInstances: [containerInstanceArns![0]!],
      status: "DRAINING",
    }),
  );
  await until("both tasks in the other zone", async () => (await zones()).join() === "b,b");
  const memoryLeft = async () => {
    const asked = { cluster, containerInstances: containerInstanceArns };
    const { containerInstances } = await world.ecs.send(new ecs.DescribeContainerInstancesCommand(asked));
    return containerInstances!.map(
      ({ remainingResources }) => remainingResources!.find(({ name }) => name === "MEMORY")!.integerValue,
    );
  };
  await until("the first to be empty", async () => (await memoryLeft()).join() === "1024,0");
  await world.ecs.send(new ecs.UpdateServiceCommand({ cluster, service, desiredCount: 3 }));
  await until("the event", async () => {
    const asked = { cluster, services: [service] };
    const { services } = await world.ecs.send(new ecs.DescribeServicesCommand(asked));
    return services![0]!.events!.some(({ message }) =>
      /^\(service placed(-\d)?\) was unable to place a task because no container instance met all of its requirements\. The closest matching \(container-instance \w{32}\) has insufficient memory available\. /.test(
        message!,
      ),
    );
  });
  const { failures } = await runOne(taskDefinition, { cluster, launchType: "EC2" });
  expect(failures).toEqual([{ arn: containerInstanceArns![1], reason: "RESOURCE:MEMORY" }]);

  await home.sandbox.containers.removeInstance(own("i-b"));
  const stopped = await until("the tasks to end with their instance", async () => {
    const asked = { cluster, serviceName: service, desiredStatus: "STOPPED" } as const;
    const { taskArns } = await world.ecs.send(new ecs.ListTasksCommand(asked));
    const { tasks } = await world.ecs.send(new ecs.DescribeTasksCommand({ cluster, tasks: taskArns }));
    const lost = tasks!.filter(({ stopCode }) => stopCode === "TerminationNotice");
    return lost.length === 2 && lost;
  });
  expect(stopped[0]!.stoppedReason).toBe(`Host EC2 (instance ${own("i-b")}) terminated.`);
});
