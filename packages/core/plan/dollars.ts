// A receipt in dollars: what was used, or will be, at the prices of prices.ts. The platform's own calls and what apps run on
// are not Tutti's, and not in it.
import type { Cost } from "../domain/cost.ts";
import {
  BUILD_MINUTE_DOLLARS,
  LAMBDA_GIB_SECOND_DOLLARS,
  LAMBDA_REQUEST_DOLLARS,
  READ_UNIT_DOLLARS,
  TRANSITION_DOLLARS,
  WRITE_UNIT_DOLLARS,
} from "./prices.ts";

/** Of an image that CodeBuild has built, from its start to its end. */
export function buildCost(startedAt: string, endedAt: string): { minutes: number; dollars: number } {
  const minutes = Math.max(1, Math.ceil((Date.parse(endedAt) - Date.parse(startedAt)) / 60_000));
  return { minutes, dollars: Math.round(minutes * BUILD_MINUTE_DOLLARS * 1e6) / 1e6 };
}

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
