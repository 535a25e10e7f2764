// What driving a train will take, for its dry run, beside what its deployments take.
import type { Cost } from "../domain/cost.ts";
import { TRAIN_FUNCTION_MIB } from "../rollout/limits.ts";

/** A round looks at every deployment, starts what is next, and writes the train a few times. Measured on the sandbox. */
const ROUND = { transitions: 2, seconds: 0.3, writes: 8 };

export function trainCost(deployments: number): Omit<Cost, "sdkCalls" | "writes"> {
  // One at the start, and one for each that ends.
  const rounds = deployments + 1;
  const seconds = rounds * ROUND.seconds;
  return {
    stateTransitions: rounds * ROUND.transitions + 1,
    lambdaCalls: rounds,
    lambdaMilliseconds: Math.round(seconds * 1000),
    lambdaGibSeconds: seconds * (TRAIN_FUNCTION_MIB / 1024),
    readUnits: rounds * (deployments + 2),
    writeUnits: rounds * ROUND.writes,
  };
}
