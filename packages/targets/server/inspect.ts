// What is live: every host of the pool is asked at once for all its copies, and the load balancer beside them. A replica is
// healthy only when both say so. Changes nothing.

import type { Fleet, Replica } from "#core/domain/replica.ts";
import type { TargetContext } from "#core/driver/driver.ts";
import { badHostsOf } from "#core/heal/bad-hosts.ts";
import { whereIs } from "#core/plan/copy-id.ts";
import { isPlaced } from "#core/plan/placed.ts";
import { type Backend, type BackendHealth, placeBehind } from "#targets/balancer/balancer.ts";
import type { ScriptResult } from "#targets/host/result.ts";
import { type Answer, askHosts } from "./ask-hosts.ts";
import { ownHolds, placementHost } from "./host-facts.ts";
import { volumesOf } from "./host-volumes.ts";
import { findHosts, placeOn, poolOf } from "./hosts.ts";
import { nameDrift } from "./names.ts";
import { serverScaling } from "./scaling.ts";
import { LOOK_SECONDS } from "./scripts/compose.ts";
import type { Server } from "./server.ts";

/** `null`: no load balancer, or nothing there yet. */
export type Traffic = { targetGroupArn: string; endpoint: string | null; backends: BackendHealth[] } | null;

export async function inspectTarget(server: Server, target: TargetContext): Promise<Fleet> {
  const [answers, traffic] = await Promise.all([askPool(server, target), readTraffic(server, target)]);
  const placement = isPlaced(target.spec) ? { placement: placementOf(target, answers) } : {};
  const bad = badHostsOf(target.environment, target.spec.server.pool);
  const fleet = fleetOf(target, answers, traffic, { bad, wanted: target.spec.replicas });
  const scaling = scalingOf(target, answers, traffic, fleet);
  const drift = [...fleet.drift, ...(await nameDrift(server, target, fleet.replicas))];
  return { ...fleet, drift, ...placement, ...(scaling ? { scaling } : {}) };
}

/** While a deployment is under way nobody chooses. */
function scalingOf(target: TargetContext, answers: Answer[], traffic: Traffic, fleet: Fleet) {
  if (!target.current) return undefined;
  const carriers = fleet.replicas.filter(({ version }) => version !== null);
  return serverScaling(target, {
    targetGroupArn: traffic?.targetGroupArn ?? null,
    hosts: answers.map(({ host }) => host),
    copies: carriers.map(({ id }) => id),
  });
}

/** Pure. */
export function placementOf(
  target: Pick<TargetContext, "app" | "environment">,
  answers: Answer[],
): NonNullable<Fleet["placement"]> {
  const told = answers.flatMap((answer) =>
    answer.reached && answer.facts ? [{ host: answer.host, facts: answer.facts }] : [],
  );
  return {
    hosts: told.map(({ host, facts }) => placementHost(host, facts, target)),
    holds: Object.assign({}, ...told.map(({ host, facts }) => ownHolds(host, facts, target))),
  };
}

/** Of a copy of which every third answer is bad, at least one of six is so eleven times out of twelve. */
export const SAMPLES = 6;

async function askPool(server: Server, target: TargetContext): Promise<Answer[]> {
  const hosts = await findHosts(server.clients, poolOf(target));
  const more: Record<string, string> = target.thorough ? { SAMPLES: String(SAMPLES) } : {};
  return askHosts(server, target, hosts, "look", LOOK_SECONDS, more);
}

export async function readTraffic({ balancer }: Server, target: TargetContext): Promise<Traffic> {
  const who = placeBehind(target);
  if (!who) return null;
  const targetGroupArn = await balancer.find(who);
  if (targetGroupArn === null) return null;
  const [backends, endpoint] = await Promise.all([
    balancer.health(targetGroupArn),
    balancer.endpoint(who, targetGroupArn),
  ]);
  return { targetGroupArn, endpoint, backends };
}

/** Hosts that are marked bad, and how many copies there should be. */
type Marks = { bad: string[]; wanted: number };

/** Pure. */
export function fleetOf(
  target: Pick<TargetContext, "current" | "environment">,
  answers: Answer[],
  traffic: Traffic,
  { bad, wanted }: Marks = { bad: [], wanted: 0 },
): Fleet {
  const isGone = ({ host, reached }: Answer) => !reached && bad.includes(host.id);
  const found = answers.map((answer) => ({
    id: answer.host.id,
    reached: answer.reached,
    replicas: answer.reached
      ? copiesOn(answer, traffic)
      : isGone(answer)
        ? []
        : silentCopies(answer, target, traffic),
  }));
  const replicas = found.flatMap((one) => one.replicas);
  const disks = volumesOf(answers);
  return {
    replicas,
    ...disks,
    ...(bad.length > 0 ? { bad } : {}),
    spare: spareOf(found, disks.kept),
    unreachable: found
      .filter((one) => !one.reached)
      .flatMap(({ id, replicas: [first, ...further] }) => [first?.id ?? id, ...further.map((one) => one.id)]),
    endpoint: traffic?.endpoint ?? soleAddress(replicas),
    traffic: sharesOf(replicas),
    // While a deployment is under way nothing is drift.
    drift: target.current === undefined ? [] : driftOf(replicas, traffic, { bad, wanted }),
  };
}

/** Where a disk of the app waits, a copy comes back to it first. */
function spareOf(
  found: { id: string; reached: boolean; replicas: Replica[] }[],
  kept: string[] = [],
): string[] {
  const spare = found.filter((one) => one.reached && one.replicas.length === 0).map(({ id }) => id);
  const waiting = new Set(kept.map((id) => whereIs(id).host));
  return [...spare.filter((id) => waiting.has(id)), ...spare.filter((id) => !waiting.has(id))];
}

type Reached = Extract<Answer, { reached: true }>;
type Silent = Extract<Answer, { reached: false }>;

function copiesOn({ host, result, copies = [result] }: Reached, traffic: Traffic): Replica[] {
  const backends = traffic?.backends.filter((one) => one.address === host.address) ?? [];
  return copies
    .filter(({ state, outcome }) => state !== "absent" || outcome !== "ok")
    .sort((a, b) => a.copy - b.copy)
    .map((copy) => {
      const backend = backends.find((one) => one.port === copy.port);
      // What stands under another port may be another copy's, unless there is only one.
      const sole = copies.length === 1 ? backends[0] : undefined;
      return {
        id: placeOn(host, copy.copy).id,
        version: copy.version || null,
        address: copy.port === null ? null : `${host.address || copy.host}:${copy.port}`,
        startedAt: copy.startedAt || null,
        dead: copy.health === "unhealthy" && (copy.state === "failed" || copy.state === "inactive"),
        ...(copy.of > 1 ? { samples: { bad: copy.bad, of: copy.of } } : {}),
        ...healthOf(copy, backend ?? sole, traffic),
      };
    });
}

/** Cut off and still in traffic: it carries the app, whatever it does with it. */
function silentCopies(
  { host, reason }: Silent,
  target: Pick<TargetContext, "current">,
  traffic: Traffic,
): Replica[] {
  const inTraffic = traffic?.backends.filter(
    ({ address, state }) => address === host.address && state !== "draining",
  );
  return (inTraffic ?? [])
    .sort((a, b) => a.port - b.port)
    .map(({ address, port }, index) => ({
      id: placeOn(host, index + 1).id,
      version: target.current ?? "unknown",
      health: "unknown",
      address: `${address}:${port}`,
      startedAt: null,
      detail: reason,
    }));
}

const UNREGISTERED = "healthy by itself, not registered at the load balancer";

function healthOf(
  result: ScriptResult,
  backend: BackendHealth | undefined,
  traffic: Traffic,
): Pick<Replica, "health" | "detail" | "anomalous"> {
  const own = { health: result.health, detail: result.detail };
  // What it answers sometimes is the word of the copy, whatever the load balancer happens to have seen.
  if (result.bad > 0 && result.bad < result.of && result.health === "healthy") return own;
  if (traffic === null || result.health !== "healthy") return own;
  if (!backend) return { health: "unhealthy", detail: UNREGISTERED };
  switch (backend.state) {
    case "healthy":
      return backend.anomalous
        ? { ...own, anomalous: true, detail: `the load balancer says: ${backend.detail}` }
        : own;
    case "draining":
      return { health: "draining", detail: "leaving traffic" };
    case "initial":
      return { health: "starting", detail: "the load balancer has not looked at it yet" };
    default:
      return { health: "unhealthy", detail: `the load balancer says: ${backend.detail || backend.state}` };
  }
}

/** Every healthy replica gets the same share. */
function sharesOf(replicas: Replica[]): { version: string; percent: number }[] {
  const healthy = replicas.filter((replica) => replica.health === "healthy");
  const byVersion = Map.groupBy(healthy, (replica) => replica.version ?? "");
  return [...byVersion].map(([version, same]) => ({
    version,
    percent: Math.round((100 * same.length) / healthy.length),
  }));
}

/** Without a load balancer a single replica is its own endpoint; several have none in common. */
function soleAddress(replicas: Replica[]): string | null {
  const [only] = replicas;
  return replicas.length === 1 && only?.address ? `http://${only.address}` : null;
}

/**
 * Healthy by their own word, and not registered. One that is broken by itself never came into traffic: it is repaired, and nobody has
 * changed anything. Back on a bad host, a copy leaves; nobody registers it.
 */
export function outOfTraffic(replicas: Replica[], bad: string[] = []): Replica[] {
  return replicas.filter(({ id, detail }) => detail === UNREGISTERED && !bad.includes(whereIs(id).host));
}

/** Registered by hand, or taken out by hand. */
function driftOf(replicas: Replica[], traffic: Traffic, { bad, wanted }: Marks): string[] {
  if (traffic === null) return [];
  const expected = outOfTraffic(replicas, bad);
  const strangers = strangersOf(replicas, traffic, wanted).map(strangerSentence);
  const missing = expected.map(({ id }) => `${id} is not registered at the load balancer`);
  return [...strangers, ...missing];
}

export function strangerSentence({ address, port }: Backend): string {
  return `${address}:${port} is registered at the load balancer and is no replica`;
}

/** One that serves stays while too few others do: it may be a copy on a host that nobody reaches any more. */
export function strangersOf(
  replicas: Replica[],
  traffic: NonNullable<Traffic>,
  wanted: number,
): BackendHealth[] {
  const known = new Set(replicas.map((replica) => replica.address));
  const isNeeded = replicas.filter(({ health }) => health === "healthy").length < wanted;
  return traffic.backends.filter(
    ({ address, port, state }) =>
      state !== "draining" && !known.has(`${address}:${port}`) && !(isNeeded && state === "healthy"),
  );
}
