// What a service's scheduler does next: pure. How many tasks to start and which to stop, so that never fewer than the
// minimum are healthy and never more than the maximum run or come up (developer guide, "Rolling update deployments").

export type Standing = {
  id: string;
  zone: string;
  createdAt: number;
  /** Of the deployment that starts tasks, in a place where it may stay. */
  current: boolean;
  /** `starting` until it runs; `unproven` while nobody has said yet how it is. */
  state: "starting" | "unproven" | "healthy" | "unhealthy";
};

export type Demand = {
  desired: number;
  minimumHealthyPercent: number;
  maximumPercent: number;
  /** A new deployment is under way: its unhealthy tasks end at once. In a steady service a replacement comes first. */
  rollingOut: boolean;
};

export type Plan = { start: number; stop: { id: string; unhealthy: boolean }[] };

export function limitsOf({ desired, minimumHealthyPercent, maximumPercent }: Demand) {
  return {
    minimum: Math.ceil((desired * minimumHealthyPercent) / 100),
    maximum: Math.floor((desired * maximumPercent) / 100),
  };
}

export function planTasks(tasks: Standing[], demand: Demand): Plan {
  const { minimum, maximum } = limitsOf(demand);
  const { desired } = demand;
  const current = tasks.filter((task) => task.current);
  const sick = current.filter(({ state }) => state === "unhealthy");
  const good = current.filter(({ state }) => state !== "unhealthy");
  const outdated = byUse(tasks.filter((task) => !task.current));
  const healthy = (among: Standing[]) => among.filter(({ state }) => state === "healthy").length;

  const surplus = dropOrder(good).slice(0, Math.max(0, good.length - desired));
  const replaced = healthy(good) >= desired;
  const wanted = Math.max(0, desired - good.length);
  const sickNow = demand.rollingOut || replaced ? sick : [];
  const running = tasks.length - surplus.length - sickNow.length;
  const start = Math.min(wanted, Math.max(0, maximum - running));
  let short = wanted - start;

  const stop = [...surplus, ...sickNow].map(toStop);
  for (const task of sick.filter((one) => !sickNow.includes(one))) {
    if (short <= 0) break;
    stop.push(toStop(task));
    short--;
  }
  const spare = healthy(tasks) - healthy(surplus) - minimum;
  // A healthy old task goes for each new one that is healthy, or to make room for a new one.
  let mayGo = Math.min(spare, Math.max(healthy(tasks) - healthy(surplus) - desired, short));
  for (const task of outdated) {
    if (task.state === "healthy") {
      if (mayGo <= 0) continue;
      mayGo--;
    } else if (!(task.state === "starting" || replaced || short > 0)) continue;
    else if (task.state !== "starting") short--;
    stop.push({ id: task.id, unhealthy: false });
  }
  return { start, stop };
}

const toStop = ({ id, state }: Standing) => ({ id, unhealthy: state === "unhealthy" });

const USE: Record<Standing["state"], number> = { starting: 0, unhealthy: 1, unproven: 2, healthy: 3 };

/** What serves least first, then the oldest. */
function byUse(tasks: Standing[]): Standing[] {
  return [...tasks].sort((a, b) => USE[a.state] - USE[b.state] || a.createdAt - b.createdAt);
}

/** Scaling in: what serves least, then from the zone with the most, then the oldest. */
function dropOrder(tasks: Standing[]): Standing[] {
  const left = byUse(tasks);
  const order: Standing[] = [];
  const crowd = (zone: string) => left.filter((task) => task.zone === zone).length;
  while (left.length > 0) {
    const use = USE[left[0]!.state];
    const candidates = left.filter((task) => USE[task.state] === use);
    const fullest = Math.max(...candidates.map(({ zone }) => crowd(zone)));
    const next = candidates.find(({ zone }) => crowd(zone) === fullest)!;
    order.push(next);
    left.splice(left.indexOf(next), 1);
  }
  return order;
}
