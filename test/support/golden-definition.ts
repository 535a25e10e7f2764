// A state machine's golden file, which GOLDEN=write makes anew.
import { readFileSync, writeFileSync } from "node:fs";
import { expect } from "vitest";

export function expectGolden(name: string, definition: object): void {
  const file = new URL(`../golden/${name}.asl.json`, import.meta.url);
  const text = `${JSON.stringify(definition, null, 2)}\n`;
  if (process.env.GOLDEN === "write") writeFileSync(file, text);
  expect(text).toBe(readFileSync(file, "utf8"));
}
