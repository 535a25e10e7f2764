// The dry run's answer, before anything is done: every step, the lowest count of healthy copies, time and money.
import type { PlanView } from "../api.ts";
import { Count, Estimate, Notes } from "./plan-parts.tsx";
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
        <Count of={plan.steps.length} word="step" />
        <Estimate {...plan} />
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
          {secret ? "secret" : "config"} <code>{name}</code>: {said(from, secret)} → {said(to, secret)}
        </p>
      ))}
      {plan.sizes.map(({ name, from, to }) => (
        <p key={name} class="note-box">
          size <code>{name}</code>: {from ?? "nothing"} → {to ?? "nothing"}
        </p>
      ))}
      <Notes notes={plan.notes} />
    </section>
  );
}

/** In quotes, so that an empty value and blanks at its ends are seen; a secret is named by its reference. */
function said(text: string | null, secret: boolean): string {
  if (text === null) return "nothing";
  return secret ? text : JSON.stringify(text);
}
