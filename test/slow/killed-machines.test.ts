// The house loses power at twenty moments of rollouts of virtual machines, baking included: ten of rolling and ten of
// blue/green, every third one with a broken release.
import { afterEach, test } from "vitest";
import type { TestHouse } from "#test/support/house.ts";
import { furnishedHouse, killedInTheMiddle, machines, random } from "#test/support/kill-house.ts";

const ROUNDS = Number(process.env.HOUSE_ROUNDS ?? 10);
const seed = Number(process.env.HOUSE_SEED ?? Date.now() % 1_000_000);
const draw = random(seed);
let house: TestHouse | undefined;
afterEach(() => house?.clear());

test.each([
  ["rolling", 9000, undefined],
  ["blueGreen", 12000, { strategy: "blueGreen", weights: [50, 100] }],
])(
  "a %s of virtual machines that kill -9 of everything interrupts reaches its end",
  async (_name, spreadMilliseconds, rollout) => {
    const cast = machines(rollout);
    house = await furnishedHouse(cast);
    for (let round = 1; round <= ROUNDS; round++) {
      const milliseconds = Math.round(((round - 1 + draw()) / ROUNDS) * spreadMilliseconds);
      console.log(`HOUSE_SEED=${seed}: round ${round}, killed after ${milliseconds} ms`);
      house = await killedInTheMiddle(house, round, milliseconds, cast);
    }
  },
);
