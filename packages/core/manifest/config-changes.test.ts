import { expect, test } from "vitest";
import { configChanges } from "./config-changes.ts";

test("what comes, goes and changes is told by name, and what stays is not", () => {
  const before = { config: { GREETING: "Hello", SAME: "x", GONE: "1" }, secrets: { DB: "ssm:/old" } };
  const after = { config: { GREETING: "Hi", SAME: "x", NEW: "2" }, secrets: { DB: "ssm:/new" } };
  expect(configChanges(before, after)).toEqual([
    { name: "DB", secret: true, from: "ssm:/old", to: "ssm:/new" },
    { name: "GONE", secret: false, from: "1", to: null },
    { name: "GREETING", secret: false, from: "Hello", to: "Hi" },
    { name: "NEW", secret: false, from: null, to: "2" },
  ]);
});

test("a first release brings all; one that becomes a secret is told, though it says the same", () => {
  expect(configChanges(null, { config: { A: "1" } })).toEqual([
    { name: "A", secret: false, from: null, to: "1" },
  ]);
  expect(configChanges({ config: { A: "ssm:/a" } }, { config: {}, secrets: { A: "ssm:/a" } })).toEqual([
    { name: "A", secret: true, from: "ssm:/a", to: "ssm:/a" },
  ]);
  expect(configChanges({ config: {} }, { config: {} })).toEqual([]);
});
