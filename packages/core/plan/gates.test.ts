import { expect, test } from "vitest";
import { aSpec } from "#test/support/a-deployment.ts";
import { atLeast } from "./gates.ts";

const BEFORE = { approval: "before" } as const;

test.each([
  ["none", undefined, undefined, "none", undefined],
  ["none", undefined, BEFORE, "before", undefined],
  ["none", undefined, { ...BEFORE, minApprovers: 2 }, "before", 2],
  ["before", 3, { ...BEFORE, minApprovers: 2 }, "before", 3],
  ["before", 1, { approval: "eachStep", minApprovers: 2 }, "eachStep", 2],
  ["eachStep", undefined, BEFORE, "eachStep", undefined],
  ["eachStep", 1, undefined, "eachStep", 1],
] as const)(
  "a manifest that asks for %s by %s, where the environment asks for %j: %s by %s",
  (approval, minApprovers, floor, then, by) => {
    const { rollout } = aSpec();
    const asked = { ...rollout, approval, ...(minApprovers === undefined ? {} : { minApprovers }) };
    const held = atLeast(asked, floor);
    expect([held.approval, held.minApprovers]).toEqual([then, by]);
  },
);
