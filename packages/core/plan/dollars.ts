// A receipt in dollars: what was used, or will be, at the prices of prices.ts. The platform's own calls and what apps run on
// are not Tutti's, and not in it.
import type { Cost } from "../domain/cost.ts";
import {
  LAMBDA_GIB_SECOND_DOLLARS,
  LAMBDA_REQUEST_DOLLARS,
  READ_UNIT_DOLLARS,
  TRANSITION_DOLLARS,
  WRITE_UNIT_DOLLARS,
} from "./prices.ts";

/** To a millionth of a dollar. */
export function dollarsOf(cost: Omit<Cost, "sdkCalls" | "writes">): number {
  const dollars =
    cost.stateTransitions * TRANSITION_DOLLARS +
    cost.lambdaCalls * LAMBDA_REQUEST_DOLLARS +
    cost.lambdaGibSeconds * LAMBDA_GIB_SECOND_DOLLARS +
    cost.readUnits * READ_UNIT_DOLLARS +
    cost.writeUnits * WRITE_UNIT_DOLLARS;
  return Math.round(dollars * 1e6) / 1e6;
}
