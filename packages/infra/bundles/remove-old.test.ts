import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { removeOld } from "./remove-old.ts";

test("bundles that nobody asked for in a day go; those of today, those asked for, and files stay", () => {
  const folder = mkdtempSync(join(tmpdir(), "tutti-bundles-"));
  const now = Date.UTC(2026, 0, 5);
  const aged = (name: string, hours: number) => {
    mkdirSync(join(folder, name));
    utimesSync(join(folder, name), now / 1000, now / 1000 - hours * 3600);
  };
  aged("api-old", 25);
  aged("api-of-today", 23);
  aged("hooks-asked-for", 100);
  writeFileSync(join(folder, "note"), "");
  removeOld(folder, [join(folder, "hooks-asked-for")], now);
  expect(readdirSync(folder).sort()).toEqual(["api-of-today", "hooks-asked-for", "note"]);
  rmSync(folder, { recursive: true });
});
