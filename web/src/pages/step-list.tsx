// The steps in words, in order; pointing at one shows it in the score.
import type { Signal } from "@preact/signals";
import type { DeploymentView } from "../api.ts";
import { useGrowing } from "../parts/growing.tsx";
import type { Pointed } from "../score/score.tsx";

export function StepList({ deployment, pointed }: { deployment: DeploymentView; pointed: Signal<Pointed> }) {
  const point = (step: number | null) => {
    pointed.value = { ...pointed.value, step };
  };
  const { shown, rest } = useGrowing(deployment.steps.length, (pointed.value.step ?? -1) + 1);
  return (
    <section aria-label="Steps">
      <h2>Steps</h2>
      {deployment.steps.length === 0 && <p class="waiting">None are planned yet.</p>}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
      <ol class="steps" tabIndex={0}>
        {deployment.steps.slice(0, shown).map((step) => (
          <li
            key={step.index}
            class={`${step.status} ${pointed.value.step === step.index ? "chosen" : ""}`}
            onPointerEnter={() => point(step.index)}
            onPointerLeave={() => point(null)}
          >
            <span>{step.label}</span>{" "}
            <small>{step.rollback ? `way back, ${step.status}` : step.status}</small>
            {step.approvals && <Approvals step={step} />}
          </li>
        ))}
        {rest && <li>{rest}</li>}
      </ol>
    </section>
  );
}

function Approvals({ step }: { step: DeploymentView["steps"][number] }) {
  const { approvals = [], approvers = 1 } = step;
  return (
    <small class="approvals">
      {approvals.length} of {approvers}
      {approvals.map(({ by, reason }) => (
        <span key={by}>
          {" "}
          · {by}
          {reason && `: ${reason}`}
        </span>
      ))}
    </small>
  );
}
