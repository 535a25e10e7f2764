// What one pass of healing found and did.
import type { HealingRun } from "#core/domain/healing-run.ts";

export type Pass = Pick<HealingRun, "actions" | "summary">;

export function nothing(summary: string): Pass {
  return { actions: [], summary };
}
