// Names of copies on hosts: a copy is found in Cloud Map only while it is healthy and in traffic. It leaves before it is drained, and its
// script is not due until it has left; it joins when the balancer finds it healthy, and is not done until it is found.
import type { Fleet } from "#core/domain/replica.ts";
import type { RepairResult, TargetContext } from "#core/driver/driver.ts";
import { type Difference, differenceOf, entryOf, sentencesOf } from "#targets/cloud-map/difference.ts";
import { isNameable, isSame } from "#targets/cloud-map/names.ts";
import { isOf } from "./ports.ts";
import type { Server } from "./server.ts";
import type { HostState, StepState } from "./state.ts";

/** Whoever is found still is asked to leave again; without a load balancer nobody else lets its requests end. */
export async function leaveNames({ names }: Server, target: TargetContext, state: StepState): Promise<void> {
  const alone = state.targetGroupArn === null;
  const leaving = state.hosts.filter(({ phase }) => phase === "ready" || (alone && phase === "draining"));
  if (!target.environment.discovery || leaving.length === 0) return;
  const found = (await names.list(target)) ?? [];
  for (const one of leaving) {
    const mine = found.filter((entry) => isOf(entry, one.host, state.ports));
    if (mine.length > 0) {
      await names.leave(target, mine);
      Object.assign(one, { phase: "draining", detail: "leaving its name" });
    } else if (one.phase === "draining" && hasDrained(one, target)) one.phase = "ready";
  }
}

function hasDrained(one: HostState, { clock, spec }: TargetContext): boolean {
  one.unnamedAtMs ??= clock.now();
  return clock.now() - one.unnamedAtMs >= spec.rollout.drainSeconds * 1000;
}

export async function joinNames({ names }: Server, target: TargetContext, state: StepState): Promise<void> {
  const alone = state.targetGroupArn === null;
  const joining = state.hosts.filter(
    ({ phase, port, host }) =>
      (phase === "serving" || (alone && phase === "joining")) &&
      port !== undefined &&
      isNameable(entry(host.address, port)),
  );
  if (!target.environment.discovery || joining.length === 0) return;
  const entries = joining.map(({ host, port }) => ({ id: host.id, address: host.address, port: port! }));
  await names.join(target, entries);
  const found = (await names.list(target)) ?? [];
  for (const [index, one] of joining.entries()) {
    const isFound = found.some((known) => isSame(known, entries[index]!));
    one.phase = isFound ? "serving" : "joining";
    if (!isFound) one.detail = "healthy, and not found under its name yet";
  }
}

const entry = (address: string, port: number) => ({ address, port });

/** Empty where the environment names no namespace, and while a deployment is under way: then nothing is drift. */
export async function nameDrift(
  server: Server,
  target: TargetContext,
  replicas: Fleet["replicas"],
): Promise<string[]> {
  if (!target.environment.discovery || target.current === undefined) return [];
  return sentencesOf(await difference(server, target, replicas), target.app);
}

export async function mendNames(
  server: Server,
  target: TargetContext,
  replicas: Fleet["replicas"],
): Promise<RepairResult[]> {
  if (!target.environment.discovery || target.current === undefined) return [];
  const seen = await difference(server, target, replicas);
  await server.names.leave(target, seen.strangers);
  await server.names.join(target, seen.missing);
  const finding = (entries: Partial<Difference>) =>
    sentencesOf({ missing: [], strangers: [], ...entries }, target.app).join(" ");
  return [
    ...seen.missing.map((one) => begun(one.id, "named", "it is healthy", finding({ missing: [one] }))),
    ...seen.strangers.map((one) =>
      begun(`${one.address}:${one.port}`, "unnamed", "it is no healthy copy", finding({ strangers: [one] })),
    ),
  ];
}

/** Cloud Map takes a moment: the next look tells. */
function begun(replica: string, action: string, detail: string, finding: string): RepairResult {
  return { replica, result: "begun", action, detail, finding };
}

async function difference(
  { names }: Server,
  target: TargetContext,
  replicas: Fleet["replicas"],
): Promise<Difference> {
  const healthy = replicas.filter(({ health }) => health === "healthy").flatMap(entryOf);
  return differenceOf(await names.list(target), healthy);
}
