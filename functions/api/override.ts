// An admin's word against an environment's calendar: it goes with what it lets through, and everybody can read it there.
import * as z from "zod";
import type { Submission } from "#engine/submit.ts";
import { assertMay, type Caller } from "./caller.ts";

export const overrideText = z
  .strictObject({ reason: z.string().trim().min(1, "must say why").max(500) })
  .describe("Against a freeze or outside of maintenance windows: an admin's, with the reason");

export type Override = z.output<typeof overrideText>;

/** Throws `forbidden` where somebody else than an admin says it. */
export function withOverride(
  submission: Submission,
  override: Override | undefined,
  caller: Caller,
): Submission {
  if (override === undefined) return submission;
  assertMay(caller, "admin");
  return { ...submission, override: { by: caller.name, reason: override.reason } };
}
