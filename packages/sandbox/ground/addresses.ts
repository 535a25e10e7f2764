// Which number a machine, a load balancer or a function URL has for good. Numbers below 1,024 are left to those who
// choose their own.
import { join } from "node:path";
import { readJsonFile, writeAtomically } from "./files.ts";

const FIRST = 1_024;
const LAST = 60_000;

export type AddressBook = { numberFor(key: string): number };

export function openAddressBook(directory: string): AddressBook {
  const path = join(directory, "addresses.json");
  const numbers = new Map(Object.entries(readJsonFile<Record<string, number>>(path) ?? {}));
  let next = Math.max(FIRST - 1, ...numbers.values()) + 1;
  return {
    numberFor(key) {
      const known = numbers.get(key);
      if (known !== undefined) return known;
      if (next > LAST) throw new Error("the sandbox has given away all of its addresses");
      const given = next++;
      numbers.set(key, given);
      writeAtomically(path, JSON.stringify(Object.fromEntries(numbers)));
      return given;
    },
  };
}
