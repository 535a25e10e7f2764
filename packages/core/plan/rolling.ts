// The plan for replicas that are updated in place (servers): batches of hosts. Computed from what is live, so that
// planning again in the middle, or back to the previous release, is the same function. What is right already is left
// alone; at no moment are more than `unavailableAllowed` replicas away because of a batch.

import type { Replica } from "../domain/replica.ts";
import type { Spec } from "../domain/spec.ts";
import type { PlannedStep } from "../domain/step.ts";
import { isStateful } from "../domain/volume.ts";
import type { PlanRequest } from "../driver/driver.ts";
import { TuttiError } from "../errors.ts";
import { batchSizes, split, unavailableAllowed } from "./batches.ts";
import { whereIs } from "./copy-id.ts";
import { nameReplicas } from "./labels.ts";
import { paceOf } from "./pace.ts";

/** Throws `capacity_exceeded` where the pool has too few hosts (never on the way back). No steps: all is right. */
export function planInPlace(request: PlanRequest, spec: Spec): PlannedStep[] {
  const carriers = request.fleet.replicas.filter((replica) => replica.version !== null);
  if (request.version === null) return removeSteps(reachable(carriers, request), request);
  const { keep, surplus } = choose(carriers, request, spec);
  const hosts = installOrder(keep, missingHosts(keep.length, request, spec), request);
  return [...installSteps(hosts, request, spec), ...removeSteps(reachable(surplus, request), request)];
}

export type Host = { id: string; healthy: boolean };

/** Which replicas stay: those on the version and healthy first, then the healthy, then the rest; in fleet order. */
function choose(
  carriers: Replica[],
  request: PlanRequest,
  spec: Spec,
): { keep: Replica[]; surplus: Replica[] } {
  const able = withoutMoving(carriers, request, spec);
  if (able.length === carriers.length && carriers.length <= request.desired)
    return { keep: carriers, surplus: [] };
  const best = [...able].sort((a, b) => rankOf(a, request) - rankOf(b, request));
  const kept = new Set(best.slice(0, request.desired).map((replica) => replica.id));
  return {
    keep: carriers.filter((replica) => kept.has(replica.id)),
    surplus: carriers.filter((replica) => !kept.has(replica.id)),
  };
}

function rankOf({ health, version }: Replica, request: PlanRequest): number {
  return (health === "healthy" ? 0 : 2) + (version === request.version ? 0 : 1);
}

/** Of the copies on bad hosts only those stay that have no place elsewhere; one with a disk stays with it. */
function withoutMoving(carriers: Replica[], request: PlanRequest, spec: Spec): Replica[] {
  const bad = new Set(request.fleet.bad);
  if (bad.size === 0 || isStateful(spec)) return carriers;
  const isBad = ({ id }: Replica) => bad.has(whereIs(id).host);
  const good = carriers.filter((one) => !isBad(one));
  const best = carriers.filter(isBad).sort((a, b) => rankOf(a, request) - rankOf(b, request));
  const lacking = Math.max(0, request.desired - good.length - freeHosts(request, carriers).length);
  return [...good, ...best.slice(0, lacking)];
}

/** Hosts that could take a copy now. */
function freeHosts({ fleet }: PlanRequest, carriers: Replica[]): string[] {
  const taken = new Set([...carriers.map((one) => one.id), ...fleet.unreachable, ...(fleet.bad ?? [])]);
  return fleet.spare.filter((id) => !taken.has(id));
}

/**
 * Unreachable ones first: where no failure is allowed, a host that does not answer stops the deployment before it
 * changed anything. Then the new ones and the broken ones, which cost no healthy copy; the healthy ones last. The new ones before
 * the broken, since a broken copy may be well again when its turn comes: by then no other copy is missing.
 */
export function installOrder(keep: Replica[], added: string[], request: PlanRequest): Host[] {
  const unreachable = new Set(request.fleet.unreachable);
  const [gone, broken, healthy]: [Host[], Host[], Host[]] = [[], [], []];
  for (const replica of keep) {
    const { id } = replica;
    if (unreachable.has(id)) gone.push({ id, healthy: false });
    else if (isRight(replica, request.version)) continue;
    else if (replica.health === "healthy") healthy.push({ id, healthy: true });
    else broken.push({ id, healthy: false });
  }
  const fresh: Host[] = [];
  for (const id of added) (unreachable.has(id) ? gone : fresh).push({ id, healthy: false });
  // Nobody waits on the way back for a host that does not answer.
  const first = request.rollback ? [] : gone;
  return [first, fresh, broken, healthy].flat();
}

function isRight(replica: Replica, version: string | null): boolean {
  return replica.version === version && replica.health === "healthy";
}

/** Hosts that are to carry the app anew: spare ones, and where these are too few, those that do not answer. */
function missingHosts(kept: number, request: PlanRequest, spec: Spec): string[] {
  const { fleet, desired, rollback } = request;
  const missing = Math.max(0, desired - kept);
  // Most plans replace what is there: sets of all replicas, made for nothing, would be most of their time.
  if (missing === 0) return [];
  const carriers = fleet.replicas.filter((replica) => replica.version !== null);
  const known = new Set([...carriers.map((one) => one.id), ...(fleet.bad ?? [])]);
  const unreachable = rollback ? [] : fleet.unreachable.filter((id) => !known.has(id));
  const free = [...freeHosts(request, carriers), ...unreachable];
  if (missing > free.length && !rollback) throw noRoom(desired, kept + free.length, spec, fleet.bad);
  return free.slice(0, missing);
}

function noRoom(desired: number, hosts: number, spec: Spec, bad: string[] = []): TuttiError {
  const marked = bad.length === 0 ? "" : ` Marked bad: ${bad.join(", ")}.`;
  const count = `${hosts} ${hosts === 1 ? "host" : "hosts"}`;
  return new TuttiError(
    "capacity_exceeded",
    `${desired} replicas of ${spec.app} are wanted and pool ${spec.server.pool} has ${count}: ${desired - hosts} missing.${marked}`,
    {
      errors: [
        { path: "replicas", message: `must be at most ${hosts}: pool ${spec.server.pool} has no more` },
      ],
      extra: { desired, hosts, pool: spec.server.pool },
    },
  );
}

export function installSteps(hosts: Host[], request: PlanRequest, spec: Spec): PlannedStep[] {
  const version = request.version!;
  const groups = request.rollback ? wayBack(hosts, request, spec) : wayForward(hosts, request, spec);
  return groups.map((group, index) => ({
    type: "batch",
    action: "install",
    label: batchLabel(group, index, groups.length, request),
    replicas: group,
    version,
    ...(request.rollback ? { rollback: true } : {}),
  }));
}

/** Batches that were planned in several parts, numbered through. */
export function numbered(
  steps: PlannedStep[],
  request: Pick<PlanRequest, "version" | "rollback">,
): PlannedStep[] {
  const installs = steps.filter((step) => step.action === "install");
  return steps.map((step) => {
    const index = installs.indexOf(step);
    return index < 0 ? step : { ...step, label: batchLabel(step.replicas, index, installs.length, request) };
  });
}

function batchLabel(
  group: string[],
  index: number,
  count: number,
  request: Pick<PlanRequest, "version" | "rollback">,
): string {
  const batch = `atch ${index + 1} of ${count}`;
  const names = nameReplicas(group);
  return request.rollback ? `Back to ${request.version}, b${batch}: ${names}` : `B${batch}: ${names}`;
}

function wayForward(hosts: Host[], request: PlanRequest, spec: Spec): string[][] {
  const pace = paceOf(spec);
  const { strategy, batch } = pace;
  const sizes = batchSizes(
    strategy === "allAtOnce" ? "100%" : batch,
    request.desired,
    hosts.length,
    unavailableAllowed(pace, request.desired),
  );
  return split(
    hosts.map((host) => host.id),
    sizes,
  );
}

/** Going back needs no first careful batch: as many at once as may be away, and the healthy only when the broken are mended. */
function wayBack(hosts: Host[], request: PlanRequest, spec: Spec): string[][] {
  const allowed = unavailableAllowed(paceOf(spec), request.desired);
  return [hosts.filter((host) => !host.healthy), hosts.filter((host) => host.healthy)].flatMap((part) =>
    split(
      part.map((host) => host.id),
      batchSizes(allowed, request.desired, part.length),
    ),
  );
}

/** What cannot be reached cannot be removed either; the sweep finds it when it answers again. */
function reachable(replicas: Replica[], request: PlanRequest): string[] {
  const unreachable = new Set(request.fleet.unreachable);
  return replicas.map((replica) => replica.id).filter((id) => !unreachable.has(id));
}

/** The copies over the desired count go in one batch: what stays is the desired count, and healthy by then. */
export function removeSteps(replicas: string[], request: PlanRequest): PlannedStep[] {
  if (replicas.length === 0) return [];
  return [
    {
      type: "batch",
      action: "remove",
      label: `Remove ${nameReplicas(replicas)}`,
      replicas,
      version: null,
      ...(request.rollback ? { rollback: true } : {}),
    },
  ];
}

/** The batch that puts broken replicas of a tolerated failure back on the release they had before. */
export function putBackStep(replicas: string[], previousVersion: string): PlannedStep {
  return {
    type: "batch",
    action: "install",
    label: `Put ${nameReplicas(replicas)} back on ${previousVersion}`,
    replicas,
    version: previousVersion,
    bestEffort: true,
  };
}
