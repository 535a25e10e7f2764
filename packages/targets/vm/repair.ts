// Healing: what is ordered of each broken copy, and drift put right. A process that died or hangs is started again by a
// script, and leaves traffic first where it serves; an instance that cannot be reached, or that this did not mend, is left to its group to replace, and never more of
// them at once than may be away.
import type { Fleet, Replica } from "#core/domain/replica.ts";
import type { RepairResult, TargetContext } from "#core/driver/driver.ts";
import { everything, ordered } from "#core/driver/repair-orders.ts";
import { paceOf } from "#core/plan/pace.ts";
import { limitsOf } from "#core/plan/replacing.ts";
import { leaveTraffic } from "#targets/balancer/leave.ts";
import { readResult } from "#targets/host/result.ts";
import {
  listInvocations,
  notListed,
  type Outcome,
  readInvocation,
  startCommand,
} from "#targets/host/run-command.ts";
import { markUnhealthy } from "./capacity.ts";
import type { Vm } from "./client.ts";
import { lookAtDisks, ownVolumes } from "./disks/give.ts";
import { serveDisks, servedResults } from "./disks/serve.ts";
import { driftOf } from "./drift.ts";
import { whoOf } from "./ground.ts";
import { readImages } from "./image/find.ts";
import { leaveNames } from "./names.ts";
import { hostScript } from "./scripts/compose.ts";
import { type Copy, readSides } from "./side.ts";
import { readVersions } from "./template.ts";

/** A restart and one watch of its start. */
const RESTART_SECONDS = 45;
const BETWEEN_LOOKS_MS = 250;

export async function repair(
  vm: Vm,
  target: TargetContext,
  fleet: Fleet,
  orders = everything(fleet),
): Promise<RepairResult[]> {
  const served = ownVolumes(target).length === 0 ? [] : await serve(vm, target);
  const isServed = (id: string) => served.some(({ replica }) => replica === id);
  const broken = ordered(fleet.replicas, orders).filter(({ id }) => !isServed(id));
  const toReplace = new Set(
    orders.replicas.filter((one) => one.measure === "replace").map((one) => one.replica),
  );
  await letServingLeave(
    vm,
    target,
    broken.filter(({ id }) => !toReplace.has(id)),
  );
  const restarted = await Promise.all(
    broken.map((one) => (toReplace.has(one.id) ? notMended(one) : restart(vm, target, one))),
  );
  await backIntoTraffic(vm, target, restarted);
  const replaced = await replaceLost(vm, target, fleet, restarted);
  const done = restarted.filter(({ lost }) => !lost).map(({ result }) => result);
  const isCalm = [...served, ...done, ...replaced].every(({ result }) => result !== "begun");
  const mended = target.current === undefined || !orders.drift ? [] : await mendDrift(vm, target, isCalm);
  return [...served, ...done, ...replaced, ...mended.filter(({ replica }) => !isServed(replica))];
}

/** First of all: a copy that waits for its disk has nothing else wrong with it. */
async function serve(vm: Vm, target: TargetContext): Promise<RepairResult[]> {
  const given = await serveDisks(vm, target, await readSides(vm, target));
  return given ? servedResults(given) : [];
}

/** `lost`: nothing can be done on the instance itself. */
type Restarted = { id: string; lost: boolean; result: RepairResult };

function notMended({ id, detail = "it is broken" }: Replica): Restarted {
  const result = { replica: id, action: "replace", result: "failed" as const, detail };
  return { id, lost: true, result };
}

async function restart(vm: Vm, target: TargetContext, { id }: Replica): Promise<Restarted> {
  const started = await startCommand(vm, [id], hostScript("restart", target), RESTART_SECONDS);
  const outcome = started.kind === "pending" ? await outcomeOf(vm, target, id, started.ref) : started;
  const about = { replica: id, action: "restart" };
  if (outcome.kind !== "exited") {
    const detail = outcome.kind === "pending" ? `no answer within ${RESTART_SECONDS} s` : outcome.reason;
    return { id, lost: true, result: { ...about, result: "failed", detail } };
  }
  const { outcome: how, health, detail } = readResult(outcome);
  // Nothing of the app is there: the instance never booted into its release.
  const lost = how === "absent";
  const well = how === "ok" && health === "healthy";
  return { id, lost, result: { ...about, result: well ? "repaired" : "failed", detail } };
}

/** One that is to be replaced leaves with its instance: Auto Scaling lets its requests end. */
async function letServingLeave(vm: Vm, target: TargetContext, replicas: Replica[]): Promise<void> {
  const serving = new Set(replicas.filter(({ anomalous }) => anomalous).map(({ id }) => id));
  if (serving.size === 0) return;
  for (const { copies, targetGroupArn } of await readSides(vm, target)) {
    const leaving = copies.filter(({ id }) => serving.has(id));
    if (targetGroupArn === null || leaving.length === 0) continue;
    await leaveNames(vm, target, leaving);
    const backends = copies.flatMap(({ backend }) => backend ?? []);
    await leaveTraffic(vm.balancer, target, { targetGroupArn, backends }, ({ address }) =>
      serving.has(address),
    );
  }
}

/** Auto Scaling registers an instance when it comes into service, and not again. */
async function backIntoTraffic(vm: Vm, target: TargetContext, restarted: Restarted[]): Promise<void> {
  const well = new Set(restarted.filter(({ result }) => result.result === "repaired").map(({ id }) => id));
  if (well.size === 0) return;
  for (const { copies, targetGroupArn } of await readSides(vm, target)) {
    const missing = copies.filter(({ id, backend }) => well.has(id) && isOut(backend));
    if (targetGroupArn !== null)
      await vm.balancer.register(
        targetGroupArn,
        missing.map(({ id }) => ({ address: id, port: target.spec.port })),
      );
  }
}

function isOut(backend: Copy["backend"]): boolean {
  return backend === null || backend.state === "draining";
}

async function outcomeOf(vm: Vm, target: TargetContext, id: string, ref: string): Promise<Outcome> {
  const { clock } = target;
  const sentAtMs = clock.now();
  let outcome: Outcome = { kind: "pending", ref };
  while (outcome.kind === "pending" && clock.now() - sentAtMs < RESTART_SECONDS * 1000) {
    await clock.sleep(BETWEEN_LOOKS_MS);
    const found = (await listInvocations(vm, ref)).find((one) => one.InstanceId === id);
    outcome = found ? readInvocation(found, ref, RESTART_SECONDS, clock) : notListed(ref, sentAtMs, clock);
  }
  return outcome;
}

async function replaceLost(
  vm: Vm,
  target: TargetContext,
  { replicas, desired = target.spec.replicas }: Fleet,
  restarted: Restarted[],
): Promise<RepairResult[]> {
  const lost = restarted.filter((one) => one.lost);
  const healthy = replicas.filter(({ health }) => health === "healthy").length;
  const { least } = limitsOf(paceOf(target.spec), desired);
  // Replacing takes no healthy copy away; still, where all are lost at once the platform has a bad day, and one is enough to see.
  const atOnce = healthy === 0 ? 1 : Math.max(1, desired - least);
  const now = lost.slice(0, atOnce);
  for (const { id } of now) await markUnhealthy(vm, id);
  return lost.map(({ id, result }) => ({
    replica: id,
    result: now.some((one) => one.id === id) ? "begun" : "held",
    action: "replace",
    detail: now.some((one) => one.id === id)
      ? `${result.detail}; its group replaces it`
      : `${result.detail}; its turn comes when the others are replaced`,
  }));
}

/** `isCalm`: nothing has been begun whose end is waited for, which is when all copies are well. */
async function mendDrift(vm: Vm, target: TargetContext, isCalm: boolean): Promise<RepairResult[]> {
  const sides = await readSides(vm, target);
  const [disks, weights, images, versions] = await Promise.all([
    lookAtDisks(vm, target, sides),
    vm.balancer.weights(whoOf(target)),
    readImages(vm, target.app),
    readVersions(vm, target),
  ]);
  const active = sides.find((one) => (weights[one.side] ?? 0) > 0) ?? sides[0];
  const results: RepairResult[] = [];
  const found = await driftOf(vm, target, { sides, active, images, versions, disks });
  for (const { sentence, mend, takesAway } of found)
    if (isCalm || !takesAway) results.push({ ...(await mend()), finding: sentence });
  return results;
}
