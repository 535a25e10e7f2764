import { expect, test } from "vitest";
import { compileConditions, hostName } from "./rule-match.ts";

test("Hosts compare without case, paths with it; * and ? are wildcards, the rest is literal.", () => {
  const host = compileConditions([{ field: "host-header", values: ["*.example.com"] }]);
  expect(host("API.example.com", "/")).toBe(true);
  expect(host("apixexample.com", "/")).toBe(false);
  const path = compileConditions([{ field: "path-pattern", values: ["/img/*", "/v?/x"] }]);
  expect(["/img/", "/img/a/b", "/v1/x", "/IMG/a", "/v12/x"].map((one) => path("", one))).toEqual([
    true,
    true,
    true,
    false,
    false,
  ]);
});

test("All conditions must fit.", () => {
  const both = compileConditions([
    { field: "host-header", values: ["a"] },
    { field: "path-pattern", values: ["/x"] },
  ]);
  expect([both("a", "/x"), both("a", "/y"), both("b", "/x")]).toEqual([true, false, false]);
});

test("The port of a Host header does not count.", () => {
  expect([hostName("a.example:8080"), hostName(undefined)]).toEqual(["a.example", ""]);
});
