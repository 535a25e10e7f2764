// Whether a copy answers badly by its platform's own count (a function's version, which stands for all of its execution environments). Pure.
import type { Replica } from "../domain/replica.ts";

/** Fewer bad answers in a minute are no statistic. */
const FEWEST_BAD = 10;
/** The minute that is under way, and the last whole one: what is older may be over. */
const RECENT_MINUTES = 2;

type Answering = Pick<Replica, "answers">;

/** The worst of the last two minutes, in percent of its answers; 0 where it has too few bad ones to say. */
export function errorPercentOf({ answers = [] }: Answering): number {
  return worstErrorPercentOf({ answers: answers.slice(-RECENT_MINUTES) });
}

/** Of all the minutes that were looked at: in the one in which what all depend on comes back, a part is bad. */
export function worstErrorPercentOf({ answers = [] }: Answering): number {
  const telling = answers.filter(({ bad }) => bad >= FEWEST_BAD);
  return Math.max(0, ...telling.map(({ bad, of }) => (100 * bad) / of));
}
