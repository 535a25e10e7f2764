import { expect, test } from "vitest";
import { type Need, placeTask, type Room } from "./placement.ts";

const room = (arn: string, part: Partial<Room> = {}): Room => ({
  arn,
  zone: "a",
  cpu: 1_024,
  memory: 1_024,
  sameGroup: 0,
  ...part,
});
const need = (part: Partial<Need> = {}): Need => ({
  cpu: 256,
  memory: 256,
  constraints: [],
  strategy: [],
  ...part,
});

test("a task goes only where cpu and memory are left, and otherwise it is said what is missing", () => {
  const small = [room("x", { cpu: 128 }), room("y", { memory: 128 })];
  expect(placeTask(small, need())).toEqual({ instanceArn: undefined, why: "memory", closest: "y" });
  expect(placeTask([small[0]!], need())).toEqual({ instanceArn: undefined, why: "cpu", closest: "x" });
  expect(placeTask([...small, room("z")], need())).toEqual({ instanceArn: "z" });
  expect(placeTask([], need())).toEqual({ instanceArn: undefined, why: "none" });
});

test("distinctInstance takes an instance without a task of the same group", () => {
  const constraints = [{ type: "distinctInstance" as const }];
  expect(placeTask([room("x", { sameGroup: 1 }), room("y")], need({ constraints }))).toEqual({
    instanceArn: "y",
  });
  expect(placeTask([room("x", { sameGroup: 1 })], need({ constraints }))).toMatchObject({
    why: "constraint",
  });
});

test("strategies narrow down one after the other: zones first, then the fullest that still fits", () => {
  const rooms = [
    room("a1", { sameGroup: 2, memory: 512 }),
    room("b1", { zone: "b", memory: 900 }),
    room("b2", { zone: "b", memory: 300 }),
  ];
  const strategy = [
    { type: "spread" as const, field: "attribute:ecs.availability-zone" },
    { type: "binpack" as const, field: "memory" },
  ];
  expect(placeTask(rooms, need({ strategy }))).toEqual({ instanceArn: "b2" });
});

test("spread by instance takes the one with the fewest, random takes any that fits", () => {
  const rooms = [room("x", { sameGroup: 1 }), room("y"), room("z")];
  const spread = need({ strategy: [{ type: "spread", field: "instanceId" }] });
  expect(placeTask(rooms, spread)).toEqual({ instanceArn: "y" });
  expect(placeTask(rooms, need({ strategy: [{ type: "random" }] }), () => 0.99)).toEqual({
    instanceArn: "z",
  });
});
