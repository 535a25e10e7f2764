// A dry run: the driver looks at what is live and says what it would do.
import type { App } from "#core/domain/app.ts";
import type { PlannedStep } from "#core/domain/step.ts";
import type { ApiDeps, Submission } from "./deps.ts";
import type { PlanView } from "./schemas/plan.ts";

export async function planOf(
  { askDriver }: Pick<ApiDeps, "askDriver">,
  { app, kind }: App,
  { environment, version, rollout }: Submission,
): Promise<PlanView> {
  const plan = (await askDriver(kind, { verb: "preview", app, environment, version, rollout })) as Omit<
    PlanView,
    "steps" | "dryRun"
  > & { steps: PlannedStep[] };
  return { ...plan, dryRun: true, steps: plan.steps.map(stepOf) };
}

function stepOf({ type, label, replicas, weightPercent, seconds }: PlannedStep, index: number) {
  return { index, type, label, replicas, weightPercent, seconds };
}
