// The dry run of a train: stop by stop, what each deployment would do, and how far down its healthy copies may go.
import type { TrainPlanView } from "../api.ts";
import { duration } from "../time.ts";
import "./plan-preview.css";

export function TrainPlan({ plan }: { plan: TrainPlanView }) {
  const all = plan.stops.flatMap((stop) => stop.deployments);
  return (
    <section class="plan" aria-label="Plan">
      <p class="figures">
        <span>
          <strong>{plan.stops.length}</strong> {plan.stops.length === 1 ? "stop" : "stops"}
        </span>
        <span>
          about <strong>{duration(plan.estimatedSeconds * 1000)}</strong>
        </span>
        <span>
          <strong>${plan.estimatedDollars.toFixed(4)}</strong>
        </span>
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
      {[...new Set(all.flatMap((one) => one.notes))].map((note) => (
        <p key={note} class="note-box">
          {note}
        </p>
      ))}
    </section>
  );
}
