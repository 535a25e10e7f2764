// The house loses power in the middle of a rollout, at two moments drawn per run; the seed is printed, and HOUSE_SEED
// draws the same again. test/slow has twenty.
import { afterAll, test } from "vitest";
import type { TestHouse } from "#test/support/house.ts";
import { furnishedHouse, killedInTheMiddle, random } from "#test/support/kill-house.ts";

const seed = Number(process.env.HOUSE_SEED ?? Date.now() % 1_000_000);
const draw = random(seed);
let house: TestHouse | undefined;
afterAll(() => house?.clear());

test("a rollout that kill -9 of everything interrupts reaches its end after a new start", async () => {
  house = await furnishedHouse();
  for (const round of [1, 2]) {
    const milliseconds = Math.round(draw() * 3500);
    console.log(`HOUSE_SEED=${seed}: round ${round}, killed after ${milliseconds} ms`);
    house = await killedInTheMiddle(house, round, milliseconds);
  }
}, 240_000);
