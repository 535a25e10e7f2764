import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { PRELUDE } from "./prelude.ts";

const PID = 42;
let proc: string;
beforeAll(() => {
  proc = mkdtempSync(join(tmpdir(), "proc-"));
  mkdirSync(join(proc, `${PID}`));
});
afterAll(() => rmSync(proc, { recursive: true, force: true }));

/** What a host whose kernel counts hundredths answers to `command` at `upSeconds`, of a process that has begun at `beganSeconds`. */
function told(command: string, beganSeconds: number, upSeconds: number): number {
  // proc(5): the name may hold blanks and parentheses; field 22 of stat is the start, in ticks.
  const fields = Array.from({ length: 18 }, (_, index) => index + 4);
  writeFileSync(
    join(proc, `${PID}`, "stat"),
    `${PID} (an (odd) name) S ${fields.join(" ")} ${Math.round(beganSeconds * 100)} 0\n`,
  );
  writeFileSync(join(proc, "uptime"), `${upSeconds.toFixed(2)} 7.00\n`);
  writeFileSync(join(proc, "stat"), "cpu 1 2 3\nbtime 1700000000\n");
  const script = `DIRECTORY=/x; APP=shop; ENVIRONMENT=dev; ticks_a_second=100${PRELUDE}${command}`;
  return Number(execFileSync("sh", ["-c", script.replaceAll("/proc/", `${proc}/`)]));
}

test("a process is never told older than it is, whatever its clock's fractions are", () => {
  const age = (began: number, up: number) => told(`look_at_age ${PID}; echo $age`, began, up);
  expect(age(8.9, 10)).toBe(1);
  expect(age(8.9, 9.8)).toBe(0);
  expect(age(8, 10.99)).toBe(2);
  expect(age(8.01, 12.5)).toBe(3);
});

test("nor does it look as if it had begun earlier than it has", () => {
  const began = (seconds: number) => told(`started_second ${PID}`, seconds, 100);
  expect([began(8), began(8.01), began(8.99)]).toEqual([1700000008, 1700000009, 1700000009]);
});
