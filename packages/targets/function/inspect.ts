// What is live of a function: one replica per version that has traffic, asked for its health, and the alias beside
// what the last deployment left. Changes nothing.

import { EMPTY_FLEET, type Fleet, type Replica } from "#core/domain/replica.ts";
import type { TargetContext } from "#core/driver/driver.ts";
import { maxErrorPercentOf } from "#core/heal/policy.ts";
import type { Counted } from "./answers.ts";
import { type FunctionDeps, type Live, nameOf, readLive } from "./client.ts";
import { concurrencyDrift, liveScaling, look, servingOf } from "./concurrency.ts";
import { replicaIdOf } from "./naming.ts";
import { probe } from "./probe.ts";
import { liveVolumes } from "./storage.ts";

export async function inspect(deps: FunctionDeps, target: TargetContext): Promise<Fleet> {
  const live = await readLive(deps, nameOf(deps, target));
  if (!live) return { ...EMPTY_FLEET, drift: target.current ? ["The function is gone."] : [] };
  const shares = [...(live.alias?.percents ?? [])].sort((a, b) => Number(a[0]) - Number(b[0]));
  const drift = driftOf(live, target.current);
  const counting = drift.length === 0 ? answersOf(deps, target, live) : undefined;
  const replicas = await Promise.all(
    shares.map(([number, percent]) => replicaOf(deps, target, live, { number, percent, counting })),
  );
  const traffic = shares.map(([number, percent]) => ({ version: nameIn(live, number), percent }));
  const own = live.alias && drift.length === 0 ? await concurrencyOf(deps, target, live) : null;
  return {
    ...EMPTY_FLEET,
    ...{ replicas, endpoint: live.url, traffic },
    drift: [...drift, ...(own?.drift ?? [])],
    ...liveVolumes(live.versions.find((one) => one.number === servingOf(live))?.mounts, target),
    ...(own?.scaling ? { scaling: own.scaling } : {}),
  };
}

/** Of the version that serves, where it is the one that should. While a deployment is under way nothing is drift. */
async function concurrencyOf(deps: FunctionDeps, target: TargetContext, live: Live) {
  const serving = servingOf(live)!;
  const seen = await look(deps, target, live.name, serving);
  const scaling = await liveScaling(deps, target, live, serving, seen);
  return { drift: target.current ? concurrencyDrift(target, live, serving, seen) : [], scaling };
}

/** Healing looks, and one version has all of the traffic: how it answers is the version's own. Its part of the code comes when it is asked for. */
async function answersOf(deps: FunctionDeps, target: TargetContext, live: Live): Promise<Counted> {
  const { thorough, current, spec } = target;
  if (!thorough || !current || !live.url || maxErrorPercentOf(spec.healing ?? {}) === 0) return {};
  const { countAnswers } = await import("./answers.ts");
  return countAnswers(deps, target, live);
}

const NOT_COUNTED: Counted = {};

type Share = { number: string; percent: number; counting: Promise<Counted> | undefined };

async function replicaOf(
  deps: FunctionDeps,
  target: TargetContext,
  live: Live,
  { number, percent: trafficPercent, counting }: Share,
): Promise<Replica> {
  const label = live.versions.find((one) => one.number === number)?.label ?? null;
  const [probed, { answers, said }] = await Promise.all([
    probe(deps.lambda, live.name, number, target.spec.health),
    counting ?? NOT_COUNTED,
  ]);
  return {
    id: replicaIdOf(label, number),
    version: label?.version ?? null,
    health: probed.healthy ? "healthy" : "unhealthy",
    address: live.url && addressOf(live.url),
    startedAt: null,
    detail: `Lambda version ${number}: ${[probed.detail, ...(said ? [said] : [])].join("; ")}`,
    ...(answers ? { answers } : {}),
    trafficPercent,
  };
}

/** Sentences about what somebody changed since the last deployment ended; `current` undefined means one is under way. */
export function driftOf(live: Live, current: string | null | undefined): string[] {
  if (!current) return [];
  if (!live.alias) return ["The alias live is gone."];
  const drift: string[] = [];
  const shares = [...live.alias.percents].map(([number, percent]) => ({
    name: nameIn(live, number),
    percent,
  }));
  if (shares.length !== 1 || shares[0]!.name !== current) {
    const found = shares.map((one) => `${one.percent}% to ${one.name}`).join(" and ");
    drift.push(`The alias live sends ${found}; the last deployment left it at 100% to ${current}.`);
  }
  if (!live.url) drift.push("The function URL is gone.");
  return drift;
}

function nameIn(live: Live, number: string): string {
  return replicaIdOf(live.versions.find((one) => one.number === number)?.label ?? null, number);
}

function addressOf(url: string): string {
  const { hostname, port, protocol } = new URL(url);
  return `${hostname}:${port || (protocol === "https:" ? 443 : 80)}`;
}
