// Pure: what is found under a name against the copies that should be.
import { type Entry, isNameable, isSame } from "./names.ts";

export type Difference = { missing: Entry[]; strangers: Entry[] };

/** `healthy` are the copies that should be found; `found` is `null` where there is no name yet. */
export function differenceOf(found: Entry[] | null, healthy: Entry[]): Difference {
  const wanted = healthy.filter(isNameable);
  const known = found ?? [];
  return {
    missing: wanted.filter((one) => !known.some((entry) => isSame(entry, one))),
    strangers: known.filter((entry) => !wanted.some((one) => isSame(entry, one))),
  };
}

export function sentencesOf({ missing, strangers }: Difference, name: string): string[] {
  return [
    ...missing.map(({ id }) => `${id} is healthy and not found under the name ${name}.`),
    ...strangers.map(
      ({ address, port }) => `${address}:${port} is found under the name ${name} and is no healthy copy.`,
    ),
  ];
}

/** Of what drivers call an address: `10.0.0.7:8080`. */
export function entryOf({ id, address }: { id: string; address: string | null }): Entry[] {
  const at = address?.lastIndexOf(":") ?? -1;
  return at < 0 ? [] : [{ id, address: address!.slice(0, at), port: Number(address!.slice(at + 1)) }];
}
