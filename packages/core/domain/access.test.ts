import { expect, test } from "vitest";
import { covers, EVERYWHERE, isUnlimited, matchesPattern, reaches } from "./access.ts";

test.each([
  ["shop", "shop", true],
  ["shop", "shops", false],
  ["*", "anything", true],
  ["*", "", true],
  ["team-*", "team-a", true],
  ["team-*", "team-", true],
  ["team-*", "my-team-a", false],
  ["acme/*", "acme/shop", true],
  ["acme/*", "acmes/shop", false],
  ["repo:acme/*:ref:refs/heads/main", "repo:acme/shop:ref:refs/heads/main", true],
  ["repo:acme/*:ref:refs/heads/main", "repo:acme/shop:ref:refs/heads/main2", false],
  ["a*a", "a", false],
  ["a*b*c", "abc", true],
  ["a*bc*c", "abc", false],
  ["a.c", "abc", false],
])("the pattern %s and %s: %s", (pattern, text, expected) => {
  expect(matchesPattern(pattern, text)).toBe(expected);
});

test("a scope reaches what is named in it, and what is not named limits nothing", () => {
  const scope = { apps: ["shop", "team-*"], environments: ["dev"] };
  expect(reaches(scope, { app: "shop", environment: "dev" })).toBe(true);
  expect(reaches(scope, { app: "shop", environment: "prod" })).toBe(false);
  expect(reaches(scope, { app: "other", environment: "dev" })).toBe(false);
  expect(reaches(scope, { app: "team-x" })).toBe(true);
  expect(reaches(scope, {})).toBe(true);
  expect([isUnlimited(scope), isUnlimited(EVERYWHERE)]).toEqual([false, true]);
});

test("a scope covers a narrower one, and never a broader one", () => {
  const team = { apps: ["team-*"], environments: ["*"] };
  const covered = (apps: string[]) => covers(team, { apps, environments: ["prod"] });
  expect([covered(["team-a"]), covered(["team-a*"]), covered(["team-*"])]).toEqual([true, true, true]);
  expect([covered(["*"]), covered(["team*"]), covered(["team-a", "shop"])]).toEqual([false, false, false]);
  expect(covers({ ...team, environments: ["dev"] }, team)).toBe(false);
});
