// A shift of traffic to the side of the release: only when all of its copies are healthy, never more than they can carry
// beside what somebody scaled meanwhile, and read back.
import type { Step } from "#core/domain/step.ts";
import type { Progress, TargetContext } from "#core/driver/driver.ts";
import type { Weights } from "#targets/balancer/weights.ts";
import { followed, otherOf } from "./bring.ts";
import { updateService } from "./client.ts";
import { type Container, whoOf } from "./container.ts";
import { needCluster } from "./definition.ts";
import { whyHopeless } from "./hopeless.ts";
import { type Live, readLive, type SideLive } from "./live.ts";
import { type Looked, lookAt, watchFrom } from "./look.ts";
import { readCount } from "./naming.ts";
import { type StepState, sinceOf } from "./state.ts";

export async function playShift(
  container: Container,
  target: TargetContext,
  step: Step,
  before: StepState | null,
): Promise<Progress> {
  const live = await readLive(container, target);
  const ours = live.sides.find(({ version }) => version === step.version);
  if (!ours) return { phase: "failed", reason: `The service of ${step.version} is gone.`, observations: [] };
  const fresh = watchFrom(sinceOf(step, target.clock), ours.service.deployments?.[0]?.id ?? "");
  const watch = (before?.watch && followed(before.watch, ours, step)) ?? fresh;
  const looked = lookAt(ours, watch);
  const { observations, replicas } = looked;
  const hopeless = whyHopeless(ours, watch, looked, target.spec, target.clock.now());
  if (hopeless !== null) return { phase: "failed", reason: hopeless, observations };
  const state = { side: ours.side, watch: looked.watch, moved: before?.moved ?? false };
  const wanted = wantedWeights(live, ours, step);
  const there = await move(container, target, step, { live, ours, looked, wanted });
  if (!there) return { phase: "running", state, observations, replicas, events: looked.events };
  const message = `${step.version} has ${wanted[ours.side]}% of the traffic (read back).`;
  const events = state.moved ? [] : [{ type: "traffic" as const, message }];
  return { phase: "done", state: { ...state, moved: true }, observations, replicas, events };
}

/** Without anybody to share with, all of it is the release's. */
function wantedWeights({ sides }: Live, { side }: SideLive, { weightPercent = 100 }: Step): Weights {
  const other = otherOf(side);
  if (!sides.some((one) => one.side === other)) return { [side]: 100 };
  return { [side]: weightPercent, [other]: 100 - weightPercent };
}

type Moving = { live: Live; ours: SideLive; looked: Looked; wanted: Weights };

async function move(
  container: Container,
  target: TargetContext,
  step: Step,
  { live, ours, looked, wanted }: Moving,
): Promise<boolean> {
  if (ours.percent === wanted[ours.side]) return true;
  if (await followScaling(container, target, step, live, ours)) return false;
  if (!looked.steady) return false;
  const { weights } = await container.balancer.shift(whoOf(target), wanted);
  return weights[ours.side] === wanted[ours.side];
}

/** Somebody scaled the side that serves since the second one was made: the release takes its share of the new count. */
async function followScaling(
  container: Container,
  target: TargetContext,
  step: Step,
  live: Live,
  ours: SideLive,
): Promise<boolean> {
  const count = scaledCount(live, ours, step, target);
  if (count === null) return false;
  await updateService(container.clients, {
    cluster: needCluster(target).arn,
    service: ours.service.serviceName,
    desiredCount: count,
  });
  return true;
}

/** `null`: nothing to follow. */
export function scaledCount(
  { sides }: Pick<Live, "sides">,
  ours: SideLive,
  { weightPercent = 100, rollback = false }: Pick<Step, "weightPercent" | "rollback">,
  { spec }: Pick<TargetContext, "spec">,
): number | null {
  // On the way back the other side is the newer one, and may have grown to its share only.
  if (rollback) return null;
  const before = readCount(ours.service.tags);
  const now = sides.find(({ side }) => side !== ours.side)?.service.desiredCount;
  if (before === null || now === undefined || now === before || now === 0) return null;
  const share = spec.rollout.strategy === "canary" ? weightPercent : 100;
  const count = Math.max(1, Math.ceil((share * now) / 100));
  const has = ours.service.desiredCount ?? 0;
  const fits = share === 100 ? has === count : has >= count;
  return fits ? null : count;
}
