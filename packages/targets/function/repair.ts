// Healing a function is putting its alias and URL back as the last deployment left them, and fresh execution environments where the ones
// that there are answer badly (renew.ts). What ends or hangs Lambda replaces by itself, and a version that is broken is for a rollback.
import type { Fleet } from "#core/domain/replica.ts";
import type { RepairResult, TargetContext } from "#core/driver/driver.ts";
import type { RepairOrders } from "#core/driver/repair-orders.ts";
import { moveAlias } from "./alias.ts";
import { type FunctionDeps, type Live, nameOf, readLive } from "./client.ts";
import { applyConcurrency, servingOf } from "./concurrency.ts";
import { listProvisioned } from "./concurrency-calls.ts";
import { driftOf } from "./inspect.ts";
import { probe } from "./probe.ts";
import { freshOf, renew } from "./renew.ts";
import { ensureUrl } from "./url.ts";

export async function repair(
  deps: FunctionDeps,
  target: TargetContext,
  fleet: Pick<Fleet, "replicas">,
  orders: RepairOrders = { replicas: [], drift: true },
): Promise<RepairResult[]> {
  const { current } = target;
  if (!current) return [];
  const isOrdered = orders.replicas.some(({ replica }) => replica === current);
  const renewed = isOrdered ? await renew(deps, target, { current, fleet }) : [];
  return orders.drift && renewed.length === 0 ? mendDrift(deps, target, current) : renewed;
}

async function mendConcurrency(
  deps: FunctionDeps,
  target: TargetContext,
  live: Live,
  current: string,
): Promise<RepairResult[]> {
  // Begun by an earlier pass, and kept initialised: its environments are to serve.
  const fresh = freshOf(live);
  const kept = fresh ? await listProvisioned(deps.lambda, live.name) : [];
  if (kept.some((one) => one.number === fresh?.number)) return renew(deps, target, { current });
  const drift = await applyConcurrency(deps, target, live, servingOf(live)!);
  if (drift.length === 0) return [];
  const about = { replica: current, action: "put the concurrency back", finding: drift.join(" ") };
  return [{ ...about, result: "repaired", detail: "its concurrency is as the release has it (read back)" }];
}

async function mendDrift(
  deps: FunctionDeps,
  target: TargetContext,
  current: string,
): Promise<RepairResult[]> {
  const live = await readLive(deps, nameOf(deps, target));
  const drift = live ? driftOf(live, current) : ["The function is gone."];
  if (live && drift.length === 0) return mendConcurrency(deps, target, live, current);
  const about = { replica: current, action: "put the alias back", finding: drift.join(" ") };
  const failed = (detail: string) => [{ ...about, result: "failed" as const, detail }];
  const published = live?.versions.find((one) => one.label?.version === current);
  if (!live || !published) return failed(`${current} is not published any more: deploy it again`);
  // Traffic never goes to a place with no healthy copy, not even to put something right.
  const look = await probe(deps.lambda, live.name, published.number, target.spec.health);
  if (!look.healthy) return failed(`${current} is not healthy: ${look.detail}`);
  const alias = await moveAlias(
    deps.lambda,
    live.name,
    { lambdaVersion: published.number, percent: 100 },
    target.clock,
  );
  if (!alias) return failed("somebody else keeps changing it");
  await ensureUrl(deps.lambda, live.name);
  await applyConcurrency(deps, target, live, published.number);
  return [{ ...about, result: "repaired", detail: `all traffic is on ${current} again (read back)` }];
}
