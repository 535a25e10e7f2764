// Time comes from outside, so that tests and the simulation own it. Instants are ISO 8601 in UTC, to the millisecond.

export type Clock = {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after so many milliseconds. */
  sleep(milliseconds: number): Promise<void>;
};

export function instant(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
