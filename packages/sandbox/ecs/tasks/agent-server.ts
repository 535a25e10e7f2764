// What a task finds out about itself, over HTTP: the credentials of its role and its metadata. On AWS both are at
// 169.254.170.2; here at a loopback address, to which the SDKs are led by AWS_CONTAINER_CREDENTIALS_FULL_URI.
import { createServer, type Server } from "node:http";
import type { Task } from "../model.ts";
import { lastPart } from "../names.ts";
import type { State } from "../state.ts";
import type { LiveTask } from "./live-task.ts";

const PORT = 51_679; // where the ECS agent serves credentials, too
const VALID_MILLISECONDS = 6 * 3_600_000;

export type AgentServer = { start(): Promise<void>; stop(): Promise<void> };

export function agentUrl({ platform }: State): string {
  return `http://${platform.addressFor("ecs/agent")}:${PORT}`;
}

/** The role whose credentials a task has. */
export function taskRoleOf({ task, definition }: Pick<LiveTask, "task" | "definition">): string | undefined {
  return task.overrides.taskRoleArn ?? definition.input.taskRoleArn;
}

/** Their secret is in the path: who knows it is the task. */
export function agentVariables(state: State, live: LiveTask, containerName: string): Record<string, string> {
  const base = agentUrl(state);
  const { credentialsId } = live.task;
  return {
    ECS_CONTAINER_METADATA_URI_V4: `${base}/v4/${credentialsId}/${containerName}`,
    ECS_AGENT_URI: `${base}/api/${credentialsId}`,
    ...(taskRoleOf(live) && {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${base}/v2/credentials/${credentialsId}`,
    }),
  };
}

export function createAgentServer(state: State): AgentServer {
  let server: Server | undefined;
  return {
    start: () =>
      new Promise((resolve, reject) => {
        server = createServer((request, response) => {
          const answer = answerTo(state, request.url ?? "/");
          response.writeHead(answer ? 200 : 404, { "content-type": "application/json" });
          response.end(JSON.stringify(answer ?? { message: `There is no ${request.url} here.` }));
        });
        server.once("error", reject);
        server.listen(PORT, state.platform.addressFor("ecs/agent"), resolve);
        server.unref();
      }),
    stop: () =>
      new Promise((resolve) => {
        if (!server) return resolve();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answerTo(state: State, path: string): object | undefined {
  const [version, ...parts] = path.slice(1).split("/");
  const id = version === "v2" ? parts[1] : parts[0];
  const live = [...state.live.values()].find(({ task }) => task.credentialsId === id);
  if (!live) return undefined;
  if (version === "v2" && parts[0] === "credentials") return credentialsOf(state, live);
  if (version !== "v4") return undefined;
  if (parts[2] === "task") return taskMetadata(live);
  return parts.length === 2 ? containerMetadata(live.task, parts[1]!) : undefined;
}

function credentialsOf({ platform }: State, live: LiveTask): object | undefined {
  const role = taskRoleOf(live);
  if (!role) return undefined;
  const { accessKeyId, secretAccessKey, sessionToken } = platform.credentialsOf(role);
  return {
    RoleArn: role,
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    Token: sessionToken ?? "",
    Expiration: new Date(platform.now() + VALID_MILLISECONDS).toISOString(),
  };
}

/** Developer guide, "Amazon ECS task metadata endpoint version 4". */
function taskMetadata({ task, definition }: LiveTask): object {
  return {
    Cluster: task.clusterArn,
    TaskARN: task.arn,
    Family: definition.family,
    Revision: String(definition.revision),
    ServiceName: task.serviceArn && lastPart(task.serviceArn),
    DesiredStatus: task.desiredStatus,
    KnownStatus: task.lastStatus,
    LaunchType: task.launchType,
    AvailabilityZone: task.zone,
    Limits: { CPU: task.cpu / 1_024, Memory: task.memory },
    Containers: task.containers.map(({ name }) => containerMetadata(task, name)),
  };
}

function containerMetadata(task: Task, name: string): object | undefined {
  const container = task.containers.find((one) => one.name === name);
  return (
    container && {
      DockerId: container.runtimeId,
      Name: container.name,
      Image: container.image,
      ImageID: container.imageDigest,
      ContainerARN: container.arn,
      DesiredStatus: task.desiredStatus,
      KnownStatus: container.lastStatus,
      Networks: [{ NetworkMode: "awsvpc", IPv4Addresses: [task.address] }],
    }
  );
}
