import type { Container, Task as EcsTask } from "@aws-sdk/client-ecs";
import { expect, test } from "vitest";
import type { BackendState } from "#targets/balancer/balancer.ts";
import { taskOf } from "./tasks.ts";

const ARN = "arn:aws:ecs:us-east-1:000000000000:task/main/0123456789abcdef0123456789abcdef";

function seen(part: Partial<EcsTask> = {}, state?: BackendState) {
  const attachments = [{ details: [{ name: "privateIPv4Address", value: "10.0.0.7" }] }];
  const backends = state ? [{ address: "10.0.0.7", port: 8080, state, detail: "[500]" }] : [];
  return taskOf(
    { taskArn: ARN, lastStatus: "RUNNING", desiredStatus: "RUNNING", attachments, ...part },
    "v2",
    backends,
  );
}

function ended(stopCode: string, stoppedReason: string, container: Partial<Container> = {}) {
  const stopped = { lastStatus: "STOPPED", desiredStatus: "STOPPED", memory: "512" };
  const containers = [{ name: "app", ...container }];
  return seen({ ...stopped, stopCode: stopCode as never, stoppedReason, containers }).failure;
}

test("a copy is called by the beginning of its task's id", () => {
  expect(seen()).toMatchObject({ id: "0123456789ab", version: "v2", ip: "10.0.0.7" });
});

test.each([
  [{}, "healthy", "healthy"],
  [{}, "initial", "starting"],
  [{}, undefined, "starting"],
  [{}, "unhealthy", "unhealthy"],
  [{}, "draining", "draining"],
  [{ healthStatus: "UNHEALTHY" }, "healthy", "unhealthy"],
  [{ lastStatus: "PENDING" }, undefined, "starting"],
  [{ desiredStatus: "STOPPED" }, "healthy", "draining"],
] as const)("with %j and the load balancer's %s it is %s", (part, state, health) => {
  expect(seen(part, state).health).toBe(health);
});

test("why it failed is said in words of its own", () => {
  expect(ended("EssentialContainerExited", "Essential container in task exited", { exitCode: 3 })).toBe(
    "it exited with exit code 3",
  );
  const reason = "OutOfMemoryError: Container killed due to memory usage";
  expect(ended("EssentialContainerExited", "…", { exitCode: 137, reason })).toBe(
    `it was killed for memory with exit code 137: it may use 512 MiB: ${reason}`,
  );
  const pull = "CannotPullContainerError: pull access denied for shop";
  expect(ended("TaskFailedToStart", pull)).toBe(`its image cannot be pulled: ${pull}`);
  const secret = "ResourceInitializationError: unable to fetch the secret";
  expect(ended("TaskFailedToStart", secret)).toBe(`it could not start: ${secret}`);
  const sick = "Task failed ELB health checks in (target-group tg)";
  expect(ended("ServiceSchedulerInitiated", sick)).toBe("it failed the load balancer's health checks");
  const own = "Task failed container health checks";
  expect(ended("ServiceSchedulerInitiated", own)).toBe(own);
});

test("what was told to end has not failed", () => {
  expect(ended("ServiceSchedulerInitiated", "Scaling activity initiated by (deployment 1)")).toBeNull();
  expect(ended("UserInitiated", "Task stopped by user")).toBeNull();
  expect(ended("SpotInterruption", "Your Spot Task was interrupted.")).toBeNull();
});
