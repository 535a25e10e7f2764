// Schemas of counts and percentages, with sentences that say what is allowed.
import * as z from "zod";
import type { Amount } from "../domain/spec.ts";

const PERCENT = /^\d{1,9}(\.\d{1,6})?%$/;
const MOST = 100_000;

/** `least` is the smallest legal amount: 0, or 1 where nothing would ever happen with 0. */
function amountSchema(least: 0 | 1): z.ZodType<Amount> {
  const allowed = `must be a whole number from ${least} up, or a percentage such as "25%"`;
  const error = (issue: { input?: unknown }) => `${allowed}, not ${show(issue.input)}`;
  // The regular expression makes sure of what the type says.
  const percent = z.string().regex(PERCENT, { error }) as unknown as z.ZodType<`${number}%`>;
  return z.union([z.int().min(least).max(MOST), percent], { error }).superRefine((amount, context) => {
    const problem = amountProblem(amount, least);
    if (problem !== null) context.addIssue({ code: "custom", message: problem });
  });
}

/** Of a percentage: what else an amount can be, the union has judged. */
function amountProblem(amount: Amount, least: 0 | 1): string | null {
  if (typeof amount === "number" || !PERCENT.test(amount)) return null;
  const percent = Number(amount.slice(0, -1));
  if (percent > 100) return `"${amount}" is over 100%`;
  return least === 1 && percent === 0 ? `must be more than 0%, not "${amount}"` : null;
}

/** A value as a person would write it, cut where it is long. */
export function show(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

export const amount = amountSchema(0);
export const amountFromOne = amountSchema(1);
