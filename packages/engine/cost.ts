// The receipt's state transitions: those that an answer stands for (its own state and the choice behind it). The rest of a
// receipt is measured by the function's meter, and written by the store with each change.
import { type Cost, NO_COST, type Usage, withUsage } from "#core/domain/cost.ts";
import type { Deployment } from "#core/domain/deployment.ts";
import type { Train } from "#core/domain/train.ts";

/** As `charge`, of a train. */
export function chargeTrain(train: Train, transitions: number): Train {
  const { cost = NO_COST } = train;
  return { ...train, cost: { ...cost, stateTransitions: cost.stateTransitions + transitions } };
}

export type Charge = (deployment: Deployment) => Deployment;

/** `elsewhere`: what others used for it and wrote down where the deployment is not. */
export function charge(transitions: number, elsewhere: Usage[] = []): Charge {
  return (deployment) => {
    const { cost } = deployment;
    const counted = { ...cost, stateTransitions: cost.stateTransitions + transitions };
    return { ...deployment, cost: elsewhere.reduce<Cost>(withUsage, counted) };
  };
}
