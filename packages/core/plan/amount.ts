// An amount is a count or a percentage of a count. Which way a fraction is rounded is the caller's promise: what is
// allowed (unavailable, failures) rounds down, what is asked for rounds as its rule says.
import type { Amount } from "../domain/spec.ts";

/** The amount as a whole count of `total`. `"25%"` of 10 is 2 with floor and 3 with ceil. */
export function resolveAmount(amount: Amount, total: number, round: "floor" | "ceil" = "floor"): number {
  if (typeof amount === "number") return amount;
  // First times, then divided: 30 % of 10 is exactly 3, which 0.3 * 10 need not be.
  const exact = (percentOf(amount) * total) / 100;
  return round === "floor" ? Math.floor(exact) : Math.ceil(exact);
}

/** `"25%"` → 25. */
export function percentOf(amount: `${number}%`): number {
  return Number(amount.slice(0, -1));
}
