import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { expect, test } from "vitest";

const CORE = import.meta.dirname;

const SOURCES = readdirSync(CORE, { recursive: true, encoding: "utf8" }).filter(
  (path) => path.endsWith(".ts") && !path.endsWith(".test.ts"),
);

test("core imports zod and itself, nothing else", () => {
  const outside = SOURCES.flatMap((path) => importsOf(path).filter((name) => !isAllowed(path, name)));
  expect(SOURCES.length).toBeGreaterThan(30);
  expect(outside).toEqual([]);
});

test("core reads no clock, no randomness and no environment by itself", () => {
  const impure = SOURCES.filter((path) =>
    /Date\.now\(|new Date\(\)|Math\.random\(|process\.|setTimeout|fetch\(/.test(
      readFileSync(join(CORE, path), "utf8"),
    ),
  );
  expect(impure).toEqual([]);
});

function importsOf(path: string): string[] {
  const source = readFileSync(join(CORE, path), "utf8");
  return [...source.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)].map((match) => match[1]!);
}

function isAllowed(path: string, name: string): boolean {
  if (name === "zod" || name.startsWith("#core/")) return true;
  return name.startsWith(".") && !relative(CORE, resolve(CORE, dirname(path), name)).startsWith("..");
}
