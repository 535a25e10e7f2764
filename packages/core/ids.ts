// Ids carry a prefix that says what they name, then the time in base 32 and randomness: they sort by age, and
// list keys rely on that.

export type IdPrefix = "dep" | "rel" | "heal" | "aud" | "tok" | "art" | "img" | "dead" | "train" | "ntf";

/** Gives a fresh id such as `dep_01kb2m3n4p5q6r7s8t`; `now` in milliseconds, `random` gives values in [0, 1). */
export type IdSource = (prefix: IdPrefix) => string;

const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
const TIME_LENGTH = 9;
const RANDOM_LENGTH = 10;

export function idSource(now: () => number, random: () => number): IdSource {
  return (prefix) => `${prefix}_${encodeTime(now())}${randomText(random)}`;
}

/** Ids made at `milliseconds` or later sort behind it, earlier ones before it. */
export function idFloor(prefix: IdPrefix, milliseconds: number): string {
  return `${prefix}_${encodeTime(milliseconds)}`;
}

/** When an id was made, in milliseconds; 0 where it is none of ours. */
export function idTime(id: string): number {
  const digits = [...id.slice(id.indexOf("_") + 1).slice(0, TIME_LENGTH)].map((one) => ALPHABET.indexOf(one));
  if (digits.length < TIME_LENGTH || digits.includes(-1)) return 0;
  return digits.reduce((sum, digit) => sum * 32 + digit, 0);
}

function encodeTime(milliseconds: number): string {
  let rest = milliseconds;
  let text = "";
  for (let i = 0; i < TIME_LENGTH; i++) {
    text = ALPHABET.charAt(rest % 32) + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}

function randomText(random: () => number): string {
  return Array.from({ length: RANDOM_LENGTH }, () => ALPHABET.charAt(Math.floor(random() * 32))).join("");
}
