import { expect, test } from "vitest";
import { chooseWeighted } from "./weighted-choice.ts";

const entries = (...weights: number[]) =>
  weights.map((weight, index) => ({ weight, current: 0, name: "abc"[index]! }));

function draw(list: ReturnType<typeof entries>, times: number): string {
  return Array.from({ length: times }, () => chooseWeighted(list)?.name ?? "-").join("");
}

test("Every entry gets exactly its share, spread out.", () => {
  expect(draw(entries(5, 1, 1), 7)).toBe("aabacaa");
  const hundred = draw(entries(90, 10), 100);
  expect(hundred.replaceAll("a", "")).toBe("b".repeat(10));
  expect(hundred).not.toContain("bb");
});

test("A weight of 0 gets nothing; with no weight at all there is no choice.", () => {
  expect(draw(entries(0, 1), 3)).toBe("bbb");
  expect(draw(entries(0, 0), 2)).toBe("--");
});
