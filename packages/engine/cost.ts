// The receipt: state transitions that an answer stands for (its own state and the choice behind it), and calls to
// the platform. Writes are counted by the store.
import type { Deployment } from "#core/domain/deployment.ts";

export type Charge = (deployment: Deployment) => Deployment;

/** Takes the calls off the counter once, however often the change is tried. */
export function charge(deps: { sdkCalls?(): number }, transitions: number): Charge {
  const calls = deps.sdkCalls?.() ?? 0;
  return (deployment) => ({
    ...deployment,
    cost: {
      ...deployment.cost,
      stateTransitions: deployment.cost.stateTransitions + transitions,
      sdkCalls: deployment.cost.sdkCalls + calls,
    },
  });
}
