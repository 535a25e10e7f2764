// The sentences in which healing tells people what it does not do, and why. They hold no counts of time, so that the same
// state is told in the same words and written once.
import type { Failing } from "../domain/replica.ts";
import type { HealingPolicy } from "../domain/spec.ts";
import type { Measure } from "../driver/repair-orders.ts";
import type { Sick } from "./patients.ts";
import type { Broken } from "./tally.ts";

export function held(broken: Broken[], all: number, { maxUnhealthyPercent }: HealingPolicy): string {
  const what = broken[0]?.detail ?? "";
  return `${broken.length} of ${all} copies are broken at once, more than ${maxUnhealthyPercent}%${because(what)}. That looks like something they all depend on, so nothing is replaced: mend that, and they come back.`;
}

export function heldByErrors({ replica }: Broken, { maxUnhealthyPercent }: HealingPolicy): string {
  return `More than ${maxUnhealthyPercent}% of the answers of ${replica} are errors. That looks like something all its requests depend on, or like the release itself, so nothing is restarted: mend that, and it comes back.`;
}

/** Of a copy that passes its checks. */
export function erring(maxErrorPercent: number): string {
  return `more than ${maxErrorPercent}% of its answers are errors`;
}

export function givenUp({ patient, detail }: Sick): string {
  const times = patient.repairs === 1 ? "one repair" : `${patient.repairs} repairs`;
  return `${patient.replica} is broken still after ${times}${because(detail)}. Nothing more is tried: deploy a release that works, or ask for one more pass (tutti heal).`;
}

export function leftToPlatform({ patient, detail }: Sick, measures: readonly Measure[]): string {
  const who =
    measures.length > 0
      ? "healing.maxRepairs is 0, so it is left as it is"
      : "the platform starts copies by itself, so it is the release or what it needs";
  return `${patient.replica} is broken${because(detail)}; ${who}.`;
}

/** The copy that ended last is another at each look, and is left out, so that nothing new is told. */
export function endAgain({ detail }: Failing, well: number, desired: number): string {
  return `${well} of ${desired} ${desired === 1 ? "copy is" : "copies are"} well, and what the platform starts in their place ends again${because(detail)}. It goes on by itself, with its own pauses: deploy a release that works, or mend what it needs.`;
}

export function brokenAgain({ patient, detail }: Sick): string {
  const after = patient.repairs > 0 ? "again after a repair" : "and stays so";
  return `${patient.replica} is broken ${after}${because(detail)}.`;
}

function because(detail: string): string {
  const words = detail.replace(/[.\s]+$/, "");
  return words === "" ? "" : ` (${words})`;
}
