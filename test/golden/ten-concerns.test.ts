// docs/ten-concerns.md is held to what is there: its files exist, the tests that it quotes stand in the files that it links, and
// what it calls refused is refused.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { KINDS, type Kind } from "#core/domain/kind.ts";
import { parseManifest } from "#core/manifest/parse.ts";

const PAGE = new URL("../../docs/ten-concerns.md", import.meta.url);
const sections = readFileSync(PAGE, "utf8").split(/^## /m).slice(1);
const rows = sections.flatMap((section) => {
  const [title = ""] = section.split("\n");
  const lines = section.split("\n").filter((line) => KINDS.some((kind) => line.startsWith(`| ${kind} |`)));
  return lines.map((line) => {
    const [, kind, , doneBy = "", shownBy = ""] = line.split("|").map((cell) => cell.trim());
    return { title, kind: kind as Kind, line, doneBy, shownBy };
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
    if (!/refused: |the same/.test(line)) expect(files.length, line).toBeGreaterThan(1);
  }
});

const ASKED: Record<string, unknown> = {
  resources: { cpu: 0.25, memoryMiB: 512 },
  scaling: { min: 1, max: 2, metric: "requestsPerReplica", target: 50 },
  volumes: [{ name: "data", path: "/data", sizeGiB: 1 }],
};

const refused = rows.flatMap(({ kind, doneBy }) => {
  const key = /^refused: `(\w+)`$/.exec(doneBy)?.[1];
  return key ? [{ kind, key }] : [];
});

test.each(refused)("$key of a $kind is refused, as it says", ({ kind, key }) => {
  const start = kind === "server" || kind === "vm" ? { start: "node app.js" } : {};
  const parse = () => parseManifest({ app: "shop", kind, ...start, [key]: ASKED[key] });
  expect(parse).toThrow(expect.objectContaining({ code: "not_supported_yet" }));
});
