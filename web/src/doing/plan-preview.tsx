// The dry run's answer, before anything is done: every step, the lowest count of healthy copies, time and money.
import type { PlanView } from "../api.ts";
import { duration } from "../time.ts";
import "./plan-preview.css";

export function PlanPreview({ plan }: { plan: PlanView }) {
  return (
    <section class="plan" aria-label="Plan">
      <p class="figures">
        <span>
          <strong>
            {plan.lowestHealthy} of {plan.desired}
          </strong>{" "}
          healthy at the lowest
        </span>
        <span>
          <strong>{plan.steps.length}</strong> {plan.steps.length === 1 ? "step" : "steps"}
        </span>
        <span>
          about <strong>{duration(plan.estimatedSeconds * 1000)}</strong>
        </span>
        <span>
          <strong>${plan.estimatedDollars.toFixed(4)}</strong>
        </span>
      </p>
      {plan.steps.length === 0 && <p>Nothing has to be changed.</p>}
      <ol>
        {plan.steps.map((step) => (
          <li key={step.index} class={step.type}>
            {step.label}
          </li>
        ))}
      </ol>
      {plan.config.map(({ name, secret, from, to }) => (
        <p key={name} class="note-box">
          {secret ? "secret" : "config"} <code>{name}</code>: {from ?? "nothing"} → {to ?? "nothing"}
        </p>
      ))}
      {plan.notes.map((note) => (
        <p key={note} class="note-box">
          {note}
        </p>
      ))}
    </section>
  );
}
