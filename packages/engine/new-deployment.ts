// A deployment as it is recorded first: nothing planned, nothing changed.
import { NO_COST } from "#core/domain/cost.ts";
import type { Deployment } from "#core/domain/deployment.ts";
import type { LockOutcome } from "#store/target-lock.ts";
import type { Submission } from "./submit.ts";

export function newDeployment(
  id: string,
  submission: Submission,
  place: LockOutcome,
  at: string,
): Deployment {
  const { app, environment, version, spec, createdBy, trigger, purpose, train } = submission;
  const { createdById, override, wayBack, traceId } = submission;
  const removes = purpose === "remove";
  return {
    id,
    app,
    environment,
    kind: spec.kind,
    version,
    previousVersion: removes ? null : place.target.release,
    status: place.outcome === "acquired" ? "planning" : "queued",
    reason: "",
    revision: 1,
    createdAt: at,
    startedAt: null,
    endedAt: null,
    createdBy,
    trigger,
    ...(wayBack ? { wayBack } : {}),
    ...(override === undefined ? {} : { override }),
    ...(createdById === undefined ? {} : { createdById }),
    ...(purpose === undefined ? {} : { purpose }),
    ...(train === undefined ? {} : { train }),
    ...(traceId === undefined ? {} : { traceId }),
    steps: [],
    health: { healthy: 0, unhealthy: 0, desired: place.target.desired || spec.replicas },
    failures: [],
    spec,
    generation: 1,
    rounds: 0,
    intent: null,
    taskToken: null,
    progressAt: at,
    stepState: null,
    watches: {},
    bakedSeconds: 0,
    // One that empties its target has nothing before it but the way back.
    changed: removes,
    ending: removes ? { status: "rolled_back", reason: "nothing ran here before", since: at } : null,
    eventSeq: 0,
    cost: NO_COST,
  };
}
