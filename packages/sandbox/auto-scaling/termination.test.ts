import { expect, test } from "vitest";
import type { Member } from "./model.ts";
import { chooseToEnd } from "./termination.ts";

const HOUR = 3_600_000;
const NOW = 1_000 * HOUR;

function aMember(id: string, part: Partial<Member> & { version?: string } = {}): Member {
  const { version = "1", ...rest } = part;
  return {
    id,
    type: "t3.micro",
    zone: "a",
    subnetId: "subnet-a",
    template: { id: "lt-1", name: "web", version },
    lifecycle: "InService",
    isHealthy: true,
    isProtected: false,
    launchedAt: NOW - HOUR / 2,
    ...rest,
  };
}

const chosen = (members: Member[], count = 1, policies = ["Default"]) =>
  chooseToEnd(members, count, policies, NOW).map(({ id }) => id);

test("the zone with the most members gives first, whatever runs there", () => {
  const members = [
    aMember("old", { zone: "b", version: "1" }),
    aMember("new-1", { zone: "a", version: "2" }),
    aMember("new-2", { zone: "a", version: "2" }),
  ];
  expect(chosen(members)).toEqual(["new-1"]);
});

test("in a zone the oldest template version goes first, by number", () => {
  expect(chosen([aMember("ten", { version: "10" }), aMember("nine", { version: "9" })])).toEqual(["nine"]);
});

test("of one version the one closest to the next billing hour goes first", () => {
  const members = [
    aMember("older", { launchedAt: NOW - 1.2 * HOUR }),
    aMember("nearer", { launchedAt: NOW - 0.9 * HOUR }),
  ];
  expect(chosen(members)).toEqual(["nearer"]);
});

test("protected members stay, even where fewer than asked for can go", () => {
  const members = [aMember("a", { isProtected: true }), aMember("b"), aMember("c", { isProtected: true })];
  expect(chosen(members, 2)).toEqual(["b"]);
});

test("zones stay even while several go", () => {
  const members = ["a1", "a2", "b1", "b2"].map((id) => aMember(id, { zone: id[0]! }));
  expect(chosen(members, 2)).toEqual(["a1", "b1"]);
});

test("a policy that is named is followed", () => {
  const members = [aMember("old", { launchedAt: 1 }), aMember("new", { launchedAt: 2 })];
  expect(chosen(members, 1, ["OldestInstance"])).toEqual(["old"]);
  expect(chosen(members, 1, ["NewestInstance"])).toEqual(["new"]);
});
