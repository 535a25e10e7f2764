import { expect, test } from "vitest";
import { kept } from "./offers.ts";

const HOUR_MS = 3_600_000;

test("what is asked twice within an hour is looked up once, also at the same moment, and by what is asked", async () => {
  const asked: string[] = [];
  const look = kept(async (names: string[]) => asked.push(names.join(" ")));
  expect(await Promise.all([look(["t4g.*"], 0), look(["t4g.*"], 0)])).toEqual([1, 1]);
  expect(await look(["m7g.*", "t4g.*"], 1)).toBe(2);
  expect(await look(["t4g.*"], HOUR_MS - 1)).toBe(1);
  expect(await look(["t4g.*"], HOUR_MS)).toBe(3);
  expect(asked).toEqual(["t4g.*", "m7g.* t4g.*", "t4g.*"]);
});

test("what failed is asked for again", async () => {
  let tries = 0;
  const look = kept(async () => {
    tries += 1;
    if (tries === 1) throw new Error("throttled");
    return tries;
  });
  await expect(look("x", 0)).rejects.toThrow("throttled");
  expect(await look("x", 0)).toBe(2);
});
