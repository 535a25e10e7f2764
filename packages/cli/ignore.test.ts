import { expect, test } from "vitest";
import { ignoreOf } from "./ignore.ts";

const CASES: [string, string, boolean, boolean][] = [
  ["", ".git", true, true],
  ["", "sub/.DS_Store", false, true],
  ["", "node_modules", true, false],
  ["*.log", "a/b.log", false, true],
  ["/*.log", "a/b.log", false, false],
  ["/*.log", "b.log", false, true],
  ["build/", "build", true, true],
  ["build/", "build", false, false],
  ["docs/*.md", "docs/a.md", false, true],
  ["docs/*.md", "docs/x/a.md", false, false],
  ["docs/**/*.md", "docs/x/y/a.md", false, true],
  ["docs/**", "docs/x/y", true, true],
  ["a?c", "abc", false, true],
  ["a?c", "a/c", false, false],
  ["a.c", "abc", false, false],
  ["*.[oa]", "x/lib.a", false, true],
  ["*.[!oa]", "lib.a", false, false],
  ["*.[!oa]", "lib.c", false, true],
  ["\\!kept", "!kept", false, true],
  ["*.log\n!keep.log", "keep.log", false, false],
  ["# *.js\n\n", "app.js", false, false],
];

test.each(CASES)("with %j, %s (folder: %s) is left out: %s", (text, path, isFolder, leftOut) => {
  expect(ignoreOf(text)(path, isFolder)).toBe(leftOut);
});
