// The real CLI once, so that nothing rests on our own reading of how it bundles and what it refuses.
import { expect, test } from "vitest";
import { differences } from "./built.ts";
import { builtBySst } from "./built-by-sst.ts";
import { evaluate } from "./evaluate.ts";
import { offlineDiff } from "./offline-diff.ts";
import { shortcomings } from "./shortcomings.ts";

const SECRETS = { AdminToken: "token-of-the-diff" };

test("`sst diff` bundles the program, builds every function and plans what the mocks have planned", async () => {
  const { exitCode, printed, graph } = await offlineDiff("test", SECRETS);
  expect(exitCode, printed).toBe(0);
  const place = { stage: "test", account: "000000000000", region: "us-east-1" };
  const evaluated = await evaluate({ ...place, secrets: SECRETS });
  expect(differences(builtBySst(evaluated), builtBySst(graph!))).toEqual([]);
  expect(shortcomings(graph!)).toEqual([]);
  for (const { name } of evaluated.resources.filter((one) => one.custom)) expect(printed).toContain(name);
});
