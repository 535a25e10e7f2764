import { expect, test } from "vitest";
import { aRollout } from "#test/support/a-deployment.ts";
import { type Decision, decide, type Live, type Order } from "./decide.ts";
import type { Copy } from "./side.ts";

const RULES = aRollout({ maxSurge: 1, maxUnavailable: 0 });
const NOTHING: Decision = { grow: 0, borrow: 0, drain: [], end: [], coming: 0, done: false };

function copy(id: string, version: string, state: string | null = "healthy"): Copy {
  const backend = state === null ? null : { address: id, port: 8080, state: state as never, detail: "" };
  return { id, version, address: null, startedAt: null, zone: null, lifecycle: "InService", backend };
}

const OLD = [copy("o1", "v1"), copy("o2", "v1"), copy("o3", "v1")];

function live(copies: Copy[], capacity = copies.length, desired = 3): Live {
  return { copies, capacity, desired };
}

function step(part: Partial<Order> = {}): Order {
  return { version: "v2", count: 1, leaving: ["o1"], leavingFirst: 0, ...part };
}

test("with surge the new one is borrowed first, and nobody leaves", () => {
  expect(decide(step(), live(OLD), RULES)).toEqual({ ...NOTHING, borrow: 1, coming: 1 });
});

test("a copy that is on its way is waited for", () => {
  expect(decide(step(), live(OLD, 4), RULES)).toEqual({ ...NOTHING, coming: 1 });
  expect(decide(step(), live([...OLD, copy("n1", "v2", "initial")]), RULES)).toEqual(NOTHING);
});

test("once the new one is healthy the old one leaves traffic, then goes and gives its place back", () => {
  const mine = copy("n1", "v2");
  expect(decide(step(), live([...OLD, mine]), RULES)).toEqual({ ...NOTHING, drain: ["o1"] });
  const draining = [copy("o1", "v1", "draining"), ...OLD.slice(1), mine];
  expect(decide(step(), live(draining), RULES)).toEqual(NOTHING);
  const drained = [copy("o1", "v1", null), ...OLD.slice(1), mine];
  expect(decide(step(), live(drained), RULES)).toEqual({
    ...NOTHING,
    end: [{ id: "o1", ending: "givesBack" }],
  });
  expect(decide(step(), live([...OLD.slice(1), mine]), RULES)).toEqual({ ...NOTHING, done: true });
});

test("without surge the old one goes first, and its group replaces it", () => {
  const rules = aRollout({ maxSurge: 0, maxUnavailable: 1 });
  const order = step({ leavingFirst: 1 });
  expect(decide(order, live(OLD), rules)).toEqual({ ...NOTHING, drain: ["o1"], coming: 1 });
  const drained = [copy("o1", "v1", null), ...OLD.slice(1)];
  const end = [{ id: "o1", ending: "keeps" }];
  expect(decide(order, live(drained), rules)).toEqual({ ...NOTHING, end, coming: 1 });
});

test("never fewer: a healthy one stays while another one is broken, the broken one may go", () => {
  const mine = copy("n1", "v2");
  const sick = [copy("o1", "v1"), copy("o2", "v1", "unhealthy"), copy("o3", "v1"), mine];
  expect(decide(step(), live(sick), RULES).drain).toEqual([]);
  expect(decide(step({ leaving: ["o2"] }), live(sick), RULES).drain).toEqual(["o2"]);
});

test("all at once with the surge for all", () => {
  const rules = aRollout({ maxSurge: 3, maxUnavailable: 0 });
  const order = step({ count: 3, leaving: ["o1", "o2", "o3"] });
  expect(decide(order, live(OLD), rules)).toEqual({ ...NOTHING, borrow: 3, coming: 3 });
  const all = [...OLD, copy("n1", "v2"), copy("n2", "v2"), copy("n3", "v2")];
  expect(decide(order, live(all), rules).drain).toEqual(["o1", "o2", "o3"]);
});

test("somebody who scales out in the middle gets as many, and no old one leaves before a new one is there", () => {
  // 3 → 5 by hand in the first step: two of the new version came with it.
  const copies = [copy("o2", "v1"), copy("o3", "v1"), copy("n1", "v2"), copy("n2", "v2"), copy("n3", "v2")];
  const order = step({ count: 2, leaving: ["o2"] });
  expect(decide(order, live(copies, 5, 5), RULES)).toEqual({ ...NOTHING, borrow: 1 });
  const more = [...copies, copy("n4", "v2")];
  expect(decide(order, live(more, 6, 5), RULES)).toEqual({ ...NOTHING, drain: ["o2"] });
});

test("somebody who scales in in the middle is not fought", () => {
  const copies = [copy("o3", "v1"), copy("n1", "v2")];
  const order = step({ count: 3, leaving: ["o3"] });
  expect(decide(order, live(copies, 2, 2), RULES)).toEqual({ ...NOTHING, borrow: 1, coming: 1 });
  const after = [copy("n1", "v2"), copy("n2", "v2")];
  expect(decide(order, live(after, 2, 2), RULES)).toEqual({ ...NOTHING, done: true });
});

test("a plan that wants more grows, one that wants less shrinks", () => {
  const wants5 = step({ version: "v1", count: 5, leaving: [], desired: 5 });
  expect(decide(wants5, live(OLD), RULES)).toEqual({ ...NOTHING, grow: 2, coming: 2 });
  const gone = [copy("o1", "v1", null), ...OLD.slice(1)];
  const wants2 = step({ version: "v1", count: 2, desired: 2 });
  expect(decide(wants2, live(gone), RULES).end).toEqual([{ id: "o1", ending: "shrinks" }]);
});

test("a step that replaces keeps the count, also where the plan wants less in the end: what goes first makes the room", () => {
  const order = step({ leavingFirst: 1, desired: 2 });
  expect(decide(order, live(OLD), RULES)).toEqual({ ...NOTHING, drain: ["o1"], coming: 1 });
  const drained = [copy("o1", "v1", null), ...OLD.slice(1)];
  const end = [{ id: "o1", ending: "keeps" }];
  expect(decide(order, live(drained), RULES)).toEqual({ ...NOTHING, end, coming: 1 });
  expect(decide(order, live(OLD.slice(1), 3), RULES)).toEqual({ ...NOTHING, coming: 1 });
  const after = [...OLD.slice(1), copy("n1", "v2")];
  expect(decide(order, live(after), RULES)).toEqual({ ...NOTHING, done: true });
});

test("what was borrowed for a step is given back by it, also where the plan wants less in the end", () => {
  const order = step({ desired: 2 });
  const drained = [copy("o1", "v1", null), ...OLD.slice(1), copy("n1", "v2")];
  expect(decide(order, live(drained), RULES).end).toEqual([{ id: "o1", ending: "givesBack" }]);
  // Two go and one comes: one place less.
  const two = [copy("o1", "v1", null), copy("o2", "v1", null), copy("o3", "v1")];
  expect(decide(step({ leaving: ["o1", "o2"], leavingFirst: 2, desired: 2 }), live(two), RULES).end).toEqual([
    { id: "o1", ending: "shrinks" },
    { id: "o2", ending: "keeps" },
  ]);
});

test("a new one that was ended by somebody is waited for again", () => {
  expect(decide(step(), live(OLD, 4), RULES)).toEqual({ ...NOTHING, coming: 1 });
});
