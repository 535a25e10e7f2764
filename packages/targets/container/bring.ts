// The release comes to a service: the whole of a rolling step, and the side beside of a blue/green or canary. The service
// is made what it is to be, and then watched: its deployment, its tasks and what the load balancer says of them.
import type { Step } from "#core/domain/step.ts";
import type { Progress, TargetContext } from "#core/driver/driver.ts";
import { SIDES, type Side } from "#targets/balancer/sides.ts";
import { deleteService } from "./client.ts";
import { type Container, whoOf } from "./container.ts";
import { needCluster } from "./definition.ts";
import { ensureService, type ServiceWish } from "./ensure-service.ts";
import { whyHopeless } from "./hopeless.ts";
import { type Live, mainSide, readLive, type SideLive } from "./live.ts";
import { type Looked, lookAt, type Watch, watchFrom } from "./look.ts";
import { percentsOf } from "./percents.ts";
import { type StepState, sinceOf } from "./state.ts";

type Bringing = { container: Container; target: TargetContext; step: Step };

/** Asked without a memory it makes what is missing; with one, what has gone since is a failure. */
export async function bring(bringing: Bringing, before: StepState | null): Promise<Progress> {
  const { container, target, step } = bringing;
  const live = await readLive(container, target);
  const state = before ?? { side: sideFor(live, step), watch: null };
  if (state.watch === null) return begin(bringing, live, state);
  const ours = live.sides.find(({ side }) => side === state.side);
  if (!ours) return failed(`The service was deleted while ${step.version} came to it.`);
  const watch = followed(state.watch, ours, step);
  if (!watch)
    return failed(`Somebody changed the service to ${ours.version ?? "another task definition"} meanwhile.`);
  return look(bringing, live, ours, { ...state, watch });
}

/** Rolling goes on where the traffic is; a release that starts beside takes the other side. */
function sideFor(live: Live, step: Step): Side {
  const main = mainSide(live)?.side;
  const carrying = live.sides.find(({ version }) => version === step.version)?.side;
  const free = SIDES.find((side) => side !== main && !live.leaving.includes(side)) ?? "a";
  return step.action === "startBeside" ? (carrying ?? (main ? otherOf(main) : free)) : (main ?? free);
}

export function otherOf(side: Side): Side {
  return side === "a" ? "b" : "a";
}

async function begin(bringing: Bringing, live: Live, state: StepState): Promise<Progress> {
  const { container, target, step } = bringing;
  // Taken before anything is begun, so that nothing that comes of it is missed.
  const since = sinceOf(step, target.clock);
  const service = await ensureService(container, target, live, wishFor(bringing, live, state.side));
  if (!service) return waiting(state, step, "waits for a deleted service to end");
  const deploymentId = service.deployments?.[0]?.id ?? "";
  const watch = watchFrom(since, deploymentId);
  const seen = await readLive(container, target);
  const ours = seen.sides.find(({ side }) => side === state.side);
  if (!ours) return waiting({ ...state, watch }, step, "ECS makes the service");
  return look(bringing, seen, ours, { ...state, watch });
}

function wishFor({ target, step }: Bringing, live: Live, side: Side): ServiceWish {
  const found = live.sides.find((one) => one.side === side);
  const has = found?.service.desiredCount ?? 0;
  const main = mainSide(live);
  const before = main && main.side !== side ? main.service.desiredCount : undefined;
  // A canary's earlier step, played again, does not shrink what has grown since.
  const grown = step.action === "startBeside" && found?.version === step.version && has >= (step.count ?? 0);
  const count = grown ? null : (step.count ?? null);
  return {
    side,
    version: step.version!,
    count: found ? count : (count ?? before ?? target.spec.replicas),
    ...(step.freshSince === undefined ? {} : { freshSince: step.freshSince }),
    percents: percentsOf(target.spec.rollout, count ?? (has || target.spec.replicas)),
    ...(before === undefined ? {} : { countBefore: before }),
  };
}

/** A deployment that somebody forced anew is of the same release, so it is followed. `null`: it is of another. */
export function followed(watch: Watch, { service, version }: SideLive, step: Step): Watch | null {
  const primary = service.deployments?.[0]?.id ?? watch.deploymentId;
  if (primary === watch.deploymentId) return watch;
  return version === step.version ? { ...watch, deploymentId: primary } : null;
}

async function look(
  bringing: Bringing,
  live: Live,
  ours: SideLive,
  state: StepState & { watch: Watch },
): Promise<Progress> {
  const { target, step } = bringing;
  const looked = lookAt(ours, state.watch);
  const hopeless = whyHopeless(ours, state.watch, looked, target.spec, target.clock.now());
  if (hopeless !== null)
    return { ...failed(hopeless), observations: looked.observations, events: looked.events };
  const alone = step.action === "startBeside" || (await standsAlone(bringing, live, ours, looked));
  const { replicas, observations, events, watch } = looked;
  const phase = looked.steady && alone ? "done" : "running";
  return { phase, state: { ...state, watch }, replicas, observations, events };
}

/** Rolling leaves one side with all of the traffic: what stood beside loses it first, and then its service. */
async function standsAlone(
  { container, target }: Bringing,
  live: Live,
  ours: SideLive,
  looked: Looked,
): Promise<boolean> {
  const others = live.sides.filter((one) => one !== ours);
  // Where nobody else serves, the first healthy copy is better than none.
  const ready = others.length === 0 ? looked.observations.some(({ serving }) => serving) : looked.steady;
  if (!ready) return false;
  if (ours.percent !== 100) {
    const { weights } = await container.balancer.shift(whoOf(target), { [ours.side]: 100 });
    if (weights[ours.side] !== 100) return false;
  }
  for (const { service } of others)
    await deleteService(container.clients, needCluster(target).arn, service.serviceName!);
  return others.length === 0;
}

function waiting(state: StepState, step: Step, detail: string): Progress {
  const observations = step.replicas.map((replica) => ({
    replica,
    version: null,
    health: "starting" as const,
    reachable: true,
    hopeless: false,
    serving: false,
    detail,
  }));
  return { phase: "running", state, observations };
}

function failed(reason: string): Extract<Progress, { phase: "failed" }> {
  return { phase: "failed", reason, observations: [] };
}
