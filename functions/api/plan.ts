// A dry run: the driver looks at what is live and says what it would do. Nothing is changed.
import type { Kind } from "#core/domain/kind.ts";
import type { Spec } from "#core/domain/spec.ts";
import type { PlannedStep } from "#core/domain/step.ts";
import { parseRollout } from "#core/manifest/parse.ts";
import type { PreviewResult } from "#engine/preview.ts";
import type { ApiDeps } from "./deps.ts";
import { hookNotes } from "./hook-notes.ts";
import type { PlanView } from "./schemas/plan.ts";

export type Planned = {
  kind: Kind;
  app: string;
  environment: string;
  version: string;
  rollout?: unknown;
  spec: Pick<Spec, "hooks">;
};

/** Throws `invalid_input` for a wrong `rollout`, and what the driver throws. */
export async function planOf(
  deps: Pick<ApiDeps, "drivers" | "store">,
  { kind, app, environment, version, rollout, spec }: Planned,
): Promise<PlanView> {
  // Drivers take it as it comes: what checks manifests would be a sixth of their bundles.
  const checked = rollout === undefined ? undefined : parseRollout(rollout, kind);
  const asked = { verb: "preview" as const, app, environment, version, rollout: checked };
  const place = await deps.store.environments.get(environment);
  const preview = (await deps.drivers.invoke(kind, asked)) as PreviewResult;
  return {
    app,
    environment,
    kind,
    version,
    previousVersion: preview.previousVersion,
    dryRun: true,
    desired: preview.desired,
    steps: preview.steps.map(stepOf),
    lowestHealthy: preview.lowestHealthy,
    estimatedSeconds: preview.estimatedSeconds,
    estimatedCost: preview.estimatedCost,
    estimatedDollars: preview.estimatedDollars,
    config: preview.config,
    sizes: preview.sizes,
    notes: [...preview.notes, ...hookNotes(spec.hooks, place?.hooks?.allowPrivate)],
  };
}

function stepOf({ type, label, replicas, weightPercent, seconds }: PlannedStep, index: number) {
  return { index, type, label, replicas, weightPercent, seconds };
}
