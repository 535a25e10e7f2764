// A container's own health check (API reference, HealthCheck): a command beside the process, at an interval. Healthy
// with the first success, unhealthy after `retries` failures in a row that the start period does not excuse.
import type { HealthCheck } from "@aws-sdk/client-ecs";
import { launch } from "../../machines/process-group.ts";
import type { ContainerRecord, Task } from "../model.ts";
import type { Started } from "./container.ts";

/** Until the first success it is tried more often: here nobody wants to wait 30 s for it. */
const FIRST_MILLISECONDS = 250;

export function startHealthChecks(
  check: HealthCheck | undefined,
  task: Task,
  record: ContainerRecord,
  started: Started,
  changed: () => void,
): () => void {
  if (!check || check.command?.[0] === "NONE") return () => {};
  const intervalMs = (check.interval ?? 30) * 1_000;
  const argv = argvOf(check.command ?? [], task);
  const beganAt = performance.now();
  let stopped = false;
  let failures = 0;
  let countedAt = beganAt;
  let timer: NodeJS.Timeout;

  const note = (ok: boolean) => {
    const before = record.healthStatus;
    const now = performance.now();
    if (ok) {
      failures = 0;
      record.healthStatus = "HEALTHY";
    } else if (now - beganAt >= (check.startPeriod ?? 0) * 1_000 && now - countedAt >= intervalMs * 0.9) {
      countedAt = now;
      if (++failures >= (check.retries ?? 3)) record.healthStatus = "UNHEALTHY";
    }
    if (record.healthStatus !== before) changed();
  };
  const turn = async () => {
    const ok = await succeeds(argv, started, (check.timeout ?? 5) * 1_000);
    if (stopped) return;
    note(ok);
    timer = setTimeout(turn, record.healthStatus === "UNKNOWN" ? FIRST_MILLISECONDS : intervalMs);
  };
  timer = setTimeout(turn, FIRST_MILLISECONDS);
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}

/** What a container calls localhost is the task's own address here. */
function argvOf([kind, ...words]: string[], task: Task): string[] {
  const local = words.map((word) => word.replace(/\b(localhost|127\.0\.0\.1)\b/g, task.address));
  return kind === "CMD-SHELL" ? ["/bin/sh", "-c", local.join(" ")] : local;
}

async function succeeds(argv: string[], { env, cwd }: Started, timeoutMs: number): Promise<boolean> {
  try {
    const group = await launch({ argv, cwd, env });
    const timer = setTimeout(() => group.signal("SIGKILL"), timeoutMs);
    const { code } = await group.exited;
    clearTimeout(timer);
    return code === 0;
  } catch {
    return false;
  }
}
