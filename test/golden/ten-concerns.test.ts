// docs/ten-concerns.md is held to what is there: its files exist, and the tests that it quotes stand in the files that it links.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { KINDS, type Kind } from "#core/domain/kind.ts";

const PAGE = new URL("../../docs/ten-concerns.md", import.meta.url);
const sections = readFileSync(PAGE, "utf8").split(/^## /m).slice(1);
const rows = sections.flatMap((section) => {
  const [title = ""] = section.split("\n");
  const lines = section.split("\n").filter((line) => KINDS.some((kind) => line.startsWith(`| ${kind} |`)));
  return lines.map((line) => {
    const [, kind, , , shownBy = ""] = line.split("|").map((cell) => cell.trim());
    return { title, kind: kind as Kind, line, shownBy };
  });
});

test("ten concerns have a row for every kind", () => {
  expect(sections).toHaveLength(10);
  expect(rows.map(({ title, kind }) => `${title}: ${kind}`)).toEqual(
    sections.flatMap((section) => KINDS.map((kind) => `${section.split("\n")[0]}: ${kind}`)),
  );
});

test("the files that it links are there, and hold the tests that it quotes", () => {
  for (const { line, shownBy } of rows) {
    const read = ([, path]: RegExpMatchArray) => readFileSync(new URL(path!, PAGE), "utf8");
    const files = [...line.matchAll(/\]\(([^)]+)\)/g)].map(read);
    const [shown] = [...shownBy.matchAll(/\]\(([^)]+)\)/g)].map(read);
    for (const [, name] of shownBy.matchAll(/"([^"]+)"/g)) expect(shown).toContain(`"${name}"`);
    if (!/the same/.test(line)) expect(files.length, line).toBeGreaterThan(1);
  }
});
