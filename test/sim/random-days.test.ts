// Some random days, in each run of the unit tests; a thousand are in test/slow. A day that breaks a promise is played again, with its
// diary, by `npm run day -- SEED`.
import { expect, test } from "vitest";
import { playDay } from "./day.ts";

const SEEDS = [1, 2, 3, 4, 5, 6];

test("on random days of each kind the promises hold", async () => {
  const days = [];
  for (const seed of SEEDS) days.push(await playDay(seed));
  expect(days.flatMap(({ seed, broken }) => broken.map((what) => `npm run day -- ${seed}: ${what}`))).toEqual(
    [],
  );
  const ends = days.flatMap((day) => Object.keys(day.deployments));
  expect(ends).toEqual(expect.arrayContaining(["succeeded", "rolled_back", "cancelled"]));
});

test("the same seed gives the same day", async () => {
  const [first, again] = [await playDay(7), await playDay(7)];
  expect(again.diary).toEqual(first.diary);
  expect(first.diary.length).toBeGreaterThan(50);
});
