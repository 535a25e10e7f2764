// The house loses power at twenty moments spread over a rollout and its way back (every third release is broken).
import { afterAll, test } from "vitest";
import type { TestHouse } from "#test/support/house.ts";
import { furnishedHouse, killedInTheMiddle, random } from "#test/support/kill-house.ts";

const ROUNDS = 20;
const SPREAD_MILLISECONDS = 4500;
const seed = Number(process.env.HOUSE_SEED ?? Date.now() % 1_000_000);
const draw = random(seed);
let house: TestHouse | undefined;
afterAll(() => house?.clear());

test("rollouts that kill -9 of everything interrupts at twenty moments all reach their end", async () => {
  house = await furnishedHouse();
  for (let round = 1; round <= ROUNDS; round++) {
    const milliseconds = Math.round(((round - 1 + draw()) / ROUNDS) * SPREAD_MILLISECONDS);
    console.log(`HOUSE_SEED=${seed}: round ${round}, killed after ${milliseconds} ms`);
    house = await killedInTheMiddle(house, round, milliseconds);
  }
});
