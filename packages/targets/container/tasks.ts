// A task as Tutti sees it: which release it runs, how it is, and why it ended. Pure, over ECS's answers and the load
// balancer's word.
import type { Task as EcsTask } from "@aws-sdk/client-ecs";
import type { ReplicaHealth } from "#core/domain/replica.ts";
import type { Spec } from "#core/domain/spec.ts";
import type { BackendHealth } from "#targets/balancer/balancer.ts";
import { CONTAINER, replicaIdOf } from "./naming.ts";
import { secretsBehind } from "./secrets.ts";

export type Task = {
  id: string;
  arn: string;
  revisionArn: string;
  /** `ecs-svc/<number>`: the deployment of the service that started it. */
  deploymentId: string;
  version: string | null;
  state: "starting" | "running" | "ending" | "ended";
  /** ECS's word for it, lower case. */
  status: string;
  ip: string | null;
  /** Of its own, made with it; `null` where it has none yet. */
  disk: { volumeId: string; sizeGiB: number | null } | null;
  createdAtMs: number;
  startedAt: string | null;
  /** When it began to end. */
  endedAtMs: number | null;
  health: ReplicaHealth;
  detail: string;
  anomalous?: boolean;
  /** Why it failed; `null` where it runs, or ended because somebody wished it. */
  failure: string | null;
};

/** `spec`: of the release that it runs, as far as that is known. */
export function taskOf(
  one: EcsTask,
  version: string | null,
  backends: BackendHealth[],
  spec: Pick<Spec, "secrets"> = {},
): Task {
  const ip = addressOf(one);
  const backend = backends.find(({ address }) => address === ip);
  const state = stateOf(one);
  return {
    id: replicaIdOf(one.taskArn!),
    arn: one.taskArn!,
    revisionArn: one.taskDefinitionArn ?? "",
    deploymentId: one.startedBy ?? "",
    version,
    state,
    status: (one.lastStatus ?? "unknown").toLowerCase(),
    ip,
    disk: diskOf(one),
    createdAtMs: one.createdAt?.getTime() ?? 0,
    startedAt: one.startedAt?.toISOString() ?? null,
    endedAtMs: (one.stoppingAt ?? one.stoppedAt)?.getTime() ?? null,
    ...healthOf(one, state, backend),
    failure: state === "ending" || state === "ended" ? failureOf(one, spec) : null,
  };
}

function stateOf({ lastStatus, desiredStatus }: EcsTask): Task["state"] {
  if (lastStatus === "STOPPED") return "ended";
  if (desiredStatus === "STOPPED") return "ending";
  return lastStatus === "RUNNING" ? "running" : "starting";
}

function addressOf({ attachments = [], containers = [] }: EcsTask): string | null {
  const details = attachments.flatMap(({ details = [] }) => details);
  const attached = details.find(({ name }) => name === "privateIPv4Address")?.value;
  return attached ?? containers[0]?.networkInterfaces?.[0]?.privateIpv4Address ?? null;
}

/** ECS API reference, Attachment: details of elastic block storage. */
function diskOf({ attachments = [] }: EcsTask): Task["disk"] {
  const { details = [] } = attachments.find(({ type }) => type === "AmazonElasticBlockStorage") ?? {};
  const told = Object.fromEntries(details.map(({ name = "", value }) => [name, value]));
  if (!told.volumeId) return null;
  return { volumeId: told.volumeId, sizeGiB: told.sizeInGiB ? Number(told.sizeInGiB) : null };
}

function healthOf(
  one: EcsTask,
  state: Task["state"],
  backend: BackendHealth | undefined,
): Pick<Task, "health" | "detail" | "anomalous"> {
  if (state === "ending" || state === "ended") return { health: "draining", detail: "leaving" };
  if (state === "starting")
    return { health: "starting", detail: `the task is ${(one.lastStatus ?? "starting").toLowerCase()}` };
  if (one.healthStatus === "UNHEALTHY")
    return { health: "unhealthy", detail: "the image's own health check fails" };
  switch (backend?.state) {
    case "healthy":
      if (backend.anomalous)
        return { health: "healthy", anomalous: true, detail: `the load balancer says: ${backend.detail}` };
      return { health: "healthy", detail: "the load balancer finds it healthy" };
    case "draining":
      return { health: "draining", detail: "leaving traffic" };
    case "unhealthy":
    case "unavailable":
      return { health: "unhealthy", detail: `the load balancer says: ${backend.detail || backend.state}` };
    case "initial":
      return { health: "starting", detail: "the load balancer has not looked at it yet" };
    default:
      return { health: "starting", detail: "not registered at the load balancer yet" };
  }
}

export const FAILED_CHECKS = "it failed the load balancer's health checks";

/** Ended by ECS or by itself, and not because it was told to (ECS API reference, Task, stopCode). */
function failureOf(one: EcsTask, spec: Pick<Spec, "secrets">): string | null {
  const reason = one.stoppedReason ?? "";
  if (one.stopCode === "TaskFailedToStart") return notStarted(one, reason, spec);
  if (one.stopCode === "EssentialContainerExited") return exited(one);
  if (one.stopCode !== "ServiceSchedulerInitiated" || !/failed .*health checks/.test(reason)) return null;
  return /ELB/.test(reason) ? FAILED_CHECKS : reason;
}

function notStarted({ containers = [] }: EcsTask, reason: string, spec: Pick<Spec, "secrets">): string {
  const own = containers.find(({ name }) => name === CONTAINER)?.reason;
  const why = own && !reason.includes(own) ? `${reason}: ${own}` : reason;
  // "unable to pull secrets or registry auth": ECS says which it was behind that.
  if (/ResourceInitializationError/.test(why))
    return `it could not start: ${why}${secretsBehind(reason, spec)}`;
  return /CannotPull|ImageNotFound|manifest|pull/i.test(why)
    ? `its image cannot be pulled: ${why}`
    : `it could not start: ${why}`;
}

function exited({ containers = [], memory }: EcsTask): string {
  const container = containers.find(({ name }) => name === CONTAINER) ?? containers[0];
  const code = container?.exitCode === undefined ? "" : ` with exit code ${container.exitCode}`;
  const reason = container?.reason ? `: ${container.reason}` : "";
  if (/OutOfMemory/.test(reason))
    return `it was killed for memory${code}: it may use ${memory ?? "?"} MiB${reason}`;
  return `it exited${code}${reason}`;
}
