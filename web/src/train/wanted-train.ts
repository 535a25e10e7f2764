// A train as it is being put together in the dialog: deployments in order, each at the stop of the one before it or at a
// stop of its own.
import type { Input } from "#client/operations.ts";

export type WantedMember = { app: string; environment: string; version: string; isBeside: boolean };

type Body = Input<"POST /v1/trains">["body"];

/** `null` while something is missing. */
export function bodyOf(name: string, wanted: WantedMember[]): Omit<Body, "dryRun"> | null {
  if (wanted.length === 0 || wanted.some((one) => !one.app || !one.environment || !one.version)) return null;
  const stops: Omit<WantedMember, "isBeside">[][] = [];
  for (const { isBeside, ...member } of wanted) {
    const stop = stops.at(-1);
    if (isBeside && stop) stop.push(member);
    else stops.push([member]);
  }
  const called = name.trim();
  return { ...(called ? { name: called } : {}), stops };
}

/** The number of the stop, from 1, that each of them stands at. */
export function stopsOf(wanted: WantedMember[]): number[] {
  let stop = 0;
  return wanted.map((one, i) => {
    if (i === 0 || !one.isBeside) stop += 1;
    return stop;
  });
}
