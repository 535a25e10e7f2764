// A step that starts new copies and takes old ones away (replace), or starts them on the side that has no traffic
// (startBeside). Each look reads what is live, lets decide.ts say what is next, and does it.
import { DescribeScalingActivitiesCommand } from "@aws-sdk/client-auto-scaling";
import type { NewEvent } from "#core/domain/event.ts";
import type { Step } from "#core/domain/step.ts";
import { isStateful } from "#core/domain/volume.ts";
import type { Observation, Progress, TargetContext } from "#core/driver/driver.ts";
import { paceOf } from "#core/plan/pace.ts";
import { arrange } from "./arrange.ts";
import { endInstance, raise } from "./capacity.ts";
import { callGroup, type Vm } from "./client.ts";
import { type Decision, decide, type Order } from "./decide.ts";
import { serveDisks } from "./disks/serve.ts";
import { keepToZones } from "./disks/zones.ts";
import { ensureName, joinNames, leaveNames, stillNamed } from "./names.ts";
import { askWhy, comingObservation, leavingObservation, observationOf } from "./observe.ts";
import { activeSide, type Copy, isHealthy, nameOf, readSide, readSides, type SideView } from "./side.ts";
import type { StepState } from "./step-state.ts";

/** So many new instances may end by themselves before it is the release's fault. */
const MOST_LOST = 3;
const ASK_LAUNCHES_MS = 2_000;
/** A launch that failed so often in each subnet, all in a row, does not get better by waiting for the deadline. */
const MOST_FAILED_LAUNCHES = 2;
const LATEST_ACTIVITIES = 20;

export async function playReplace(
  vm: Vm,
  target: TargetContext,
  step: Step,
  state: StepState,
): Promise<Progress> {
  const arranged = state.side ? await lookAgain(vm, target, state) : await begin(vm, target, step, state);
  if ("progress" in arranged) return arranged.progress;
  const { view } = arranged;
  const events: NewEvent[] = [...arranged.events];
  const lost = countLost(view, step, state);
  if (lost !== null) return { phase: "failed", reason: lost, observations: [] };
  const decision = await decided(vm, target, step, view);
  await carryOut(vm, target, view, decision);
  const disks = await serveDisks(vm, target, [view]);
  events.push(...(disks?.events ?? []));
  const mine = newest(
    view.copies.filter((one) => isMine(one, step)),
    step,
    decision,
  );
  const waiting = disks?.waiting ?? {};
  await askWhy(
    vm,
    target,
    state.asked,
    mine.filter(({ id }) => waiting[id] === undefined),
  );
  await askLaunches(vm, target, step, view, state);
  events.push(...healthyEvents(mine, state));
  const progress = {
    state,
    observations: observed(target, step, view, { mine, state, decision, waiting }),
    events,
  };
  const replicas = [...mine.map(({ id }) => id), ...pendingNames(step, mine, decision)];
  return { phase: decision.done ? "done" : "running", ...progress, replicas };
}

/** Nobody leaves before whoever comes is found under the name; beside the side that has traffic nobody is found yet: the shift names them. */
export async function decided(
  vm: Vm,
  target: TargetContext,
  step: Order & Pick<Step, "action">,
  view: SideView,
): Promise<Decision> {
  const decision = decide(step, view, paceOf(target.spec));
  const staying = view.copies.filter(({ id }) => !step.leaving?.includes(id));
  const named = step.action === "startBeside" || (await joinNames(vm, target, { copies: staying }));
  return named ? decision : { ...decision, drain: [], done: false };
}

async function begin(vm: Vm, target: TargetContext, step: Step, state: StepState) {
  await ensureName(vm, target);
  const active = await activeSide(vm, target);
  if (step.action !== "startBeside") return arrange(vm, target, step, state, active);
  // The side that the version stands on already, else the one without traffic.
  const sides = await readSides(vm, target, state.known);
  const its = sides.find((one) => one.copies.some(({ version }) => version === step.version));
  return arrange(vm, target, step, state, its?.side ?? (active === "a" ? "b" : "a"));
}

async function lookAgain(vm: Vm, target: TargetContext, state: StepState) {
  const view = await readSide(vm, target, state.side!, state.targetGroupArn ?? null, state.known);
  if (view) return { view, events: [] };
  const name = nameOf(vm, target, state.side!);
  const reason = `The Auto Scaling group ${name} is gone: somebody deleted it`;
  return { progress: { phase: "failed", reason, observations: [] } satisfies Progress };
}

export async function carryOut(
  vm: Vm,
  target: TargetContext,
  view: SideView,
  { grow, borrow, drain, end }: Decision,
): Promise<void> {
  if (grow + borrow > 0) await raise(vm, view, grow + borrow, borrow);
  if (drain.length > 0 && view.targetGroupArn !== null) {
    const leaving = view.copies.filter(({ id }) => drain.includes(id));
    await leaveNames(vm, target, leaving);
    await vm.balancer.deregister(
      view.targetGroupArn,
      leaving.map(({ backend }) => ({ address: backend!.address, port: backend!.port })),
    );
    for (const one of leaving) one.backend = { ...one.backend!, state: "draining" };
  }
  const drained = view.copies.filter(({ id }) => end.some((one) => one.id === id));
  const named = await stillNamed(vm, target, drained);
  for (const { id, ending } of end.filter((one) => !named.has(one.id))) {
    const { zone } = view.copies.find((one) => one.id === id)!;
    // Whoever takes its place takes its disk.
    if (ending === "keeps" && zone !== null && isStateful(target.spec))
      await keepToZones(vm, target, view, [zone]);
    await endInstance(vm, view, id, ending);
  }
}

function isMine({ id, version }: Copy, step: Step): boolean {
  return version === step.version && !(step.leaving ?? []).includes(id);
}

/** The copies that the step is about: the youngest of the version, as many as it starts. */
function newest(mine: Copy[], step: Step, { coming }: Decision): Copy[] {
  const count = Math.max(0, step.replicas.length - coming);
  return mine
    .sort((a, b) => (b.startedAt ?? "~").localeCompare(a.startedAt ?? "~") || a.id.localeCompare(b.id))
    .slice(0, count)
    .reverse();
}

function pendingNames(step: Step, mine: Copy[], { coming }: Decision): string[] {
  const count = Math.max(0, Math.min(coming, step.replicas.length - mine.length));
  return Array.from({ length: count }, (_, index) => `pending-${index + 1}`);
}

/** `waiting`: copies that have not all of their disks, with why. */
type Seen = { mine: Copy[]; state: StepState; decision: Decision; waiting: Record<string, string> };

function observed(
  target: TargetContext,
  step: Step,
  view: SideView,
  { mine, state, decision, waiting }: Seen,
): Observation[] {
  const { problem = "", failures = 0 } = state.launch ?? {};
  // Where one zone has no room Auto Scaling tries the others.
  const subnets = Math.max(1, view.subnetIds.length);
  const hopeless = failures >= Math.min(MOST_FAILED_LAUNCHES * subnets, LATEST_ACTIVITIES);
  const leaving = view.copies.filter(({ id }) => (step.leaving ?? []).includes(id));
  return [
    ...mine.map((copy) => {
      const why = waiting[copy.id];
      return why === undefined
        ? observationOf(copy, state.asked, target.clock.now())
        : comingObservation(copy.id, why, false);
    }),
    ...pendingNames(step, mine, decision).map((name) =>
      comingObservation(name, problem || "Auto Scaling has not launched it yet", hopeless),
    ),
    ...leaving.map(leavingObservation),
  ];
}

function healthyEvents(mine: Copy[], state: StepState): NewEvent[] {
  const fresh = mine.filter((one) => isHealthy(one) && !state.told.includes(one.id));
  state.told.push(...fresh.map(({ id }) => id));
  return fresh.map(({ id, version, address }) => ({
    type: "replica",
    replica: id,
    message: `${id} runs ${version} on ${address}.`,
  }));
}

/** New copies that end by themselves are replaced by the group, again and again: somebody has to say stop. */
function countLost(view: SideView, step: Step, state: StepState): string | null {
  const there = new Set(view.copies.map(({ id }) => id));
  const gone = state.seen.filter((id) => !there.has(id));
  state.lost += gone.length;
  state.seen = view.copies.filter((one) => isMine(one, step)).map(({ id }) => id);
  if (state.lost <= MOST_LOST) return null;
  return `Instances of ${step.version} keep ending: ${gone.join(", ")} and ${state.lost - gone.length} before`;
}

/** Only while some are missing that should be on their way. */
async function askLaunches(
  vm: Vm,
  target: TargetContext,
  step: Step,
  view: SideView,
  state: StepState,
): Promise<void> {
  const nowMs = target.clock.now();
  if (view.copies.length >= view.capacity) {
    delete state.launch;
    return;
  }
  if (nowMs - (state.launch?.atMs ?? 0) < ASK_LAUNCHES_MS) return;
  const answer = await callGroup("DescribeScalingActivities", (options) =>
    vm.autoscaling.send(
      new DescribeScalingActivitiesCommand({
        AutoScalingGroupName: view.name,
        MaxRecords: LATEST_ACTIVITIES,
      }),
      options,
    ),
  );
  const since = Date.parse(step.startedAt ?? "") || 0;
  const launches = (answer?.Activities ?? []).filter(
    (one) => (one.StartTime?.getTime() ?? 0) >= since && /^Launching/.test(one.Description ?? ""),
  );
  const succeeded = launches.findIndex((one) => one.StatusCode === "Successful");
  const failed = (succeeded < 0 ? launches : launches.slice(0, succeeded)).filter(
    (one) => one.StatusCode === "Failed",
  );
  state.launch = { atMs: nowMs, failures: failed.length, problem: failed[0]?.StatusMessage ?? "" };
}
