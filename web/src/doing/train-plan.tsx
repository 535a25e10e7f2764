// The dry run of a train: stop by stop, what each deployment would do, and how far down its healthy copies may go.
import type { TrainPlanView } from "../api.ts";
import { Count, Estimate, Notes } from "./plan-parts.tsx";
import "./plan-preview.css";

export function TrainPlan({ plan }: { plan: TrainPlanView }) {
  const all = plan.stops.flatMap((stop) => stop.deployments);
  return (
    <section class="plan" aria-label="Plan">
      <p class="figures">
        <Count of={plan.stops.length} word="stop" />
        <Estimate {...plan} />
      </p>
      <ol>
        {plan.stops.map(({ index, deployments }) => (
          <li key={index}>
            {deployments.map((one) => (
              <div key={`${one.app}/${one.environment}`}>
                {one.app}/{one.environment}: {one.previousVersion ?? "nothing"} → {one.version},{" "}
                {one.steps.length} {one.steps.length === 1 ? "step" : "steps"},{" "}
                <strong>
                  {one.lowestHealthy} of {one.desired}
                </strong>{" "}
                healthy at the lowest
              </div>
            ))}
          </li>
        ))}
      </ol>
      <Notes notes={[...new Set(all.flatMap((one) => one.notes))]} />
    </section>
  );
}
