// Restarting: the release that runs, in fresh copies. What started before the moment it was asked for counts as another
// version, so that a plan made again in the middle leaves alone what is fresh already.
import type { Fleet, Replica } from "../domain/replica.ts";
import type { Spec } from "../domain/spec.ts";
import type { PlannedStep } from "../domain/step.ts";
import type { PlanRequest } from "../driver/driver.ts";
import { batchSizes, split } from "./batches.ts";
import { nameReplicas } from "./labels.ts";
import { paceOf } from "./pace.ts";
import { cannotMove, limitsOf, planReplacing } from "./replacing.ts";
import { standIns } from "./stand-ins.ts";

/** As it is for planners that go by versions alone. Without a moment everything is as fresh as it is. */
export function aged(request: PlanRequest): PlanRequest {
  const { fleet, freshSince } = request;
  if (freshSince === undefined) return request;
  return { ...request, fleet: { ...fleet, replicas: fleet.replicas.map((one) => marked(one, freshSince)) } };
}

function marked(replica: Replica, freshSince: string): Replica {
  if (replica.version === null || !isOld(replica, freshSince)) return replica;
  return { ...replica, version: `${replica.version}, started before ${freshSince}` };
}

/** In whole seconds, as hosts count them. Where nobody knows when it started: better once too often. */
function isOld({ startedAt }: Replica, freshSince: string): boolean {
  return startedAt === null || Date.parse(startedAt) < Math.floor(Date.parse(freshSince) / 1000) * 1000;
}

/** The steps that bring fresh copies say so to whoever plays them. */
export function withFresh(steps: PlannedStep[], freshSince: string | undefined): PlannedStep[] {
  if (freshSince === undefined) return steps;
  return steps.map((step) =>
    step.type === "batch" && step.action !== "remove" ? { ...step, freshSince } : step,
  );
}

/** Where copies are replaced (vm): batch by batch as many new ones as leave, all of one version, within surge and unavailable. */
export function planFresh(request: PlanRequest, spec: Spec): PlannedStep[] {
  const { fleet, version, desired, freshSince = "" } = request;
  const old = brokenFirst(fleet).filter((one) => isOld(one, freshSince));
  if (old.length === 0 || version === null) return planReplacing(request, spec);
  const { most, least } = limitsOf(paceOf(spec), desired);
  const [surge, away] = [most - desired, desired - least];
  if (surge + away === 0) throw cannotMove();
  const { strategy, batch } = paceOf(spec);
  const sizes = batchSizes(strategy === "allAtOnce" ? "100%" : batch, desired, old.length, surge + away);
  const groups = split(
    old.map((one) => one.id),
    sizes,
  );
  return groups.map((leaving, index) => ({
    type: "batch",
    action: "replace",
    label: `Restart, batch ${index + 1} of ${groups.length}: ${leaving.length} new, ${nameReplicas(leaving)} out`,
    replicas: standIns(leaving.length),
    // All that stay and all that come are of the version.
    count: desired,
    leaving,
    leavingFirst: Math.max(0, leaving.length - surge),
    version,
    whole: true,
  }));
}

function brokenFirst({ replicas }: Fleet): Replica[] {
  const carriers = replicas.filter((one) => one.version !== null && one.health !== "draining");
  return carriers.sort((a, b) => Number(a.health === "healthy") - Number(b.health === "healthy"));
}
