// The house loses power at twenty moments spread over rollouts of servers, containers and machines and their ways back: every
// third release is broken, and every second rollout of containers and machines has two sides.
import { afterAll, test } from "vitest";
import type { TestHouse } from "#test/support/house.ts";
import { everyCast, furnishedHouse, killedInTheMiddle, random } from "#test/support/kill-house.ts";

const ROUNDS = Number(process.env.HOUSE_ROUNDS ?? 20);
const seed = Number(process.env.HOUSE_SEED ?? Date.now() % 1_000_000);
const draw = random(seed);
let house: TestHouse | undefined;
afterAll(() => house?.clear());

test("rollouts that kill -9 of everything interrupts at twenty moments all reach their end", async () => {
  const casts = everyCast();
  house = await furnishedHouse(casts);
  for (let round = 1; round <= ROUNDS; round++) {
    const fraction = (round - 1 + draw()) / ROUNDS;
    console.log(`HOUSE_SEED=${seed}: round ${round}, killed ${Math.round(100 * fraction)} % on the way`);
    house = await killedInTheMiddle(house, round, fraction, casts);
  }
});
