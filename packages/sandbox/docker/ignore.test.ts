import { expect, test } from "vitest";
import { ignoreOf } from "./ignore.ts";

const left = (text: string, ...paths: string[]) => paths.filter((path) => !ignoreOf(text)(path));

test("a pattern starts at the folder's root and takes what is in a folder along", () => {
  expect(left("*.log\n/dist/\n", "a.log", "sub/a.log", "dist", "dist/x", "sub/dist")).toEqual([
    "sub/a.log",
    "sub/dist",
  ]);
});

test("two stars are any number of folders, also none", () => {
  expect(left("**/*.log\nnode_modules/**", "a.log", "x/y/a.log", "node_modules/a", "b")).toEqual(["b"]);
});

test("the last line that fits counts", () => {
  expect(left("*.md\n!README.md\n", "a.md", "README.md")).toEqual(["README.md"]);
  expect(left("docs\n!docs/keep.txt", "docs/a.txt", "docs/keep.txt")).toEqual(["docs/keep.txt"]);
  expect(left("!README.md\n*.md", "README.md")).toEqual([]);
});

test("comments and empty lines are nothing, and a dot is a dot", () => {
  expect(left("# a.js\n\n?.js\n[x-z].ts", "a.js", "ab.js", "y.ts", "a.ts", "ajs")).toEqual([
    "ab.js",
    "a.ts",
    "ajs",
  ]);
});
