import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { environmentLine, shellAssignments, shellQuote } from "./quote.ts";

const NASTY = [
  "",
  "it's",
  '"quoted"',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the shell that must not read it.
  "$HOME ${HOME} $(id) `id`",
  "back\\slash \\n \\",
  "two\nlines\n",
  "ü € 🎻",
  "-n",
  "{{ssm:parameter}} {{{",
  "# no comment ; & | > < * ? [a] ~ !",
  " leading and trailing ",
  "tab\there",
];

test("a quoted text reaches a process of sh as exactly that text", () => {
  const script = `printf '%s\\0' ${NASTY.map(shellQuote).join(" ")}`;
  expect(execFileSync("sh", ["-c", script], { encoding: "utf8" }).split("\0").slice(0, -1)).toEqual(NASTY);
});

test("a quoted text holds no place where Run Command would put a parameter", () => {
  expect(shellQuote("a {{ssm:b}} c")).toBe("'a {''{ssm:b}} c'");
  expect(shellAssignments({ A: "{{{x" })).not.toContain("{{");
});

test("an environment file read by sh gives back every value", () => {
  const directory = mkdtempSync(join(tmpdir(), "tutti-quote-"));
  const file = join(directory, "env");
  writeFileSync(file, NASTY.map((value, index) => environmentLine(`V${index}`, value)).join(""));
  const names = NASTY.map((_value, index) => `"$V${index}"`).join(" ");
  const out = execFileSync("sh", ["-c", `. "$0"; printf '%s\\0' ${names}`, file], { encoding: "utf8" });
  rmSync(directory, { recursive: true });
  expect(out.split("\0").slice(0, -1)).toEqual(NASTY);
});

test("any text without NUL survives being quoted", () => {
  const text = fc.string({ unit: "binary" }).filter((one) => !one.includes("\0") && one.isWellFormed());
  fc.assert(
    fc.property(text, (one) => {
      expect(execFileSync("sh", ["-c", `printf %s ${shellQuote(one)}`], { encoding: "utf8" })).toBe(one);
    }),
    { numRuns: 30 },
  );
});

test("what no process could be given is refused", () => {
  expect(() => shellQuote("a\0b")).toThrow("NUL");
  expect(() => environmentLine("A-B", "x")).toThrow("config.A-B");
});
