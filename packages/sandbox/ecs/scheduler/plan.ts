// What a service's scheduler does next: pure. How many tasks to start and which to stop, so that never fewer than the
// minimum are healthy and never more than the maximum run or come up (developer guide, "Rolling update deployments").

export type Standing = {
  id: string;
  zone: string;
  createdAt: number;
  /** Of the deployment that starts tasks, in a place where it may stay. */
  current: boolean;
  /** Of the completed deployment that is being replaced, in a place where it may stay. */
  source: boolean;
  /** `starting` until it runs; `unproven` while nobody has said yet how it is. */
  state: "starting" | "unproven" | "healthy" | "unhealthy";
};

export type Demand = {
  desired: number;
  minimumHealthyPercent: number;
  maximumPercent: number;
  /** A new deployment is under way: its unhealthy tasks end at once. In a steady service a replacement comes first. */
  rollingOut: boolean;
  /** There is a completed deployment to be replaced, and its tasks do start. */
  replacing: boolean;
};

export type Plan = {
  start: number;
  /** Of the revision that is being replaced: its tasks that end on their own are started again, as far as the minimum needs them. */
  startOld: number;
  stop: { id: string; unhealthy: boolean }[];
};

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

  const surplus = dropOrder(good).slice(0, Math.max(0, good.length - desired));
  const replaced = healthyOf(good) >= desired;
  const sickNow = demand.rollingOut || replaced ? sick : [];
  const room = Math.max(0, maximum - (tasks.length - surplus.length - sickNow.length));
  const needed = Math.max(0, minimum - healthyOf(good));
  const kept = keepOld(tasks, needed);
  const missing = demand.replacing ? needed - kept.size : 0;
  const startOld = Math.min(missing, room);
  const wanted = Math.max(0, desired - good.length);
  const start = Math.min(wanted, room - startOld);

  const short = { current: wanted - start, old: missing - startOld };
  const sickFirst = sick.filter((one) => !sickNow.includes(one)).slice(0, short.current);
  const healthyLeft = healthyOf(tasks) - healthyOf(surplus);
  // A healthy old task goes for each new one that is healthy, or to make room for a new one.
  const mayGo = Math.min(
    healthyLeft - minimum,
    Math.max(healthyLeft - desired, short.current - sickFirst.length),
  );
  const old = leaving(tasks, kept, { mayGo, replaced, short: short.current - sickFirst.length + short.old });
  return {
    start,
    startOld,
    stop: [...[...surplus, ...sickNow, ...sickFirst].map(toStop), ...old],
  };
}

const healthyOf = (tasks: Standing[]) => tasks.filter(({ state }) => state === "healthy").length;

/** Those of the old ones that are needed for the minimum: what is healthy, then what is coming up again. */
function keepOld(tasks: Standing[], needed: number): Set<string> {
  const coming = (task: Standing) => task.source && (task.state === "starting" || task.state === "unproven");
  const useful = tasks.filter((task) => !task.current && (task.state === "healthy" || coming(task)));
  return new Set(
    byUse(useful)
      .reverse()
      .slice(0, needed)
      .map(({ id }) => id),
  );
}

function leaving(
  tasks: Standing[],
  kept: Set<string>,
  given: { mayGo: number; replaced: boolean; short: number },
): Plan["stop"] {
  let { mayGo, short } = given;
  const goes = ({ id, state }: Standing): boolean => {
    if (state === "healthy") return mayGo-- > 0;
    if (kept.has(id)) return false;
    if (state === "starting" || given.replaced) return true;
    return short-- > 0;
  };
  return byUse(tasks.filter((task) => !task.current))
    .filter(goes)
    .map(({ id }) => ({ id, unhealthy: false }));
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
