// Takes sides away: those without traffic, and the one that serves only where all of its copies are to go. ECS takes each
// copy out of the load balancer and lets it end what it has begun before it stops it.
import type { Step } from "#core/domain/step.ts";
import type { Observation, Progress, TargetContext } from "#core/driver/driver.ts";
import { type Container, whoOf } from "./container.ts";
import { type Live, readLive, type SideLive } from "./live.ts";
import { takeServiceAway } from "./scaling.ts";

export async function remove(container: Container, target: TargetContext, step: Step): Promise<Progress> {
  const live = await readLive(container, target);
  const going = live.sides.filter((one) => goes(one, live, step));
  for (const { service } of going) await takeServiceAway(container, target, service);
  if (going.length > 0 || live.leaving.length > 0) {
    const observations = observe(step, live, "leaving traffic");
    return { phase: "running", state: null, observations };
  }
  await forgetPlaces(container, target, live);
  return { phase: "done", state: null, observations: observe(step, live, "removed") };
}

/** Copies come and go under their own ids, so a side without traffic goes whatever they are called. */
function goes({ percent, tasks, service }: SideLive, { weights }: Live, step: Step): boolean {
  if (percent === 0 && Object.keys(weights).length > 0) return true;
  const primary = service.deployments?.[0]?.id;
  const own = tasks.filter(
    ({ state, deploymentId }) => (state === "running" || state === "starting") && deploymentId === primary,
  );
  return own.length > 0 && own.every(({ id }) => step.replicas.includes(id));
}

/** Target groups without a service leave the listener; without any, the listener goes too. */
async function forgetPlaces(container: Container, target: TargetContext, live: Live): Promise<void> {
  const who = whoOf(target);
  if (live.sides.length === 0) return container.balancer.remove(who);
  for (const side of ["a", "b"] as const) {
    const empty = !live.sides.some((one) => one.side === side);
    if (empty && live.weights[side] === 0) await container.balancer.removeSide(who, side);
  }
}

function observe(step: Step, { sides }: Live, detail: string): Observation[] {
  const left = new Map(sides.flatMap(({ tasks }) => tasks).map((task) => [task.id, task]));
  return step.replicas.map((replica) => {
    const task = left.get(replica);
    const gone = detail === "removed" || task?.state === "ended";
    return {
      replica,
      version: gone ? null : (task?.version ?? "unknown"),
      health: gone ? "unknown" : "draining",
      reachable: true,
      hopeless: false,
      serving: false,
      detail,
    };
  });
}
