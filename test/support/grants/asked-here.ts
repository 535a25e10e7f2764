// For every file of tests on the sandbox: what it asked IAM for is kept, with the tests that ran at the time, and held against what
// test/golden/grants.json says of the file. What it did not ask for is told, and is no failure: why a copy is late is asked of late copies
// only, and a minute's pass may fall beside a short test.
import { mkdirSync, rmSync } from "node:fs";
import { dirname, relative } from "node:path";
import { afterAll, afterEach, beforeEach, expect } from "vitest";
import { ROOT } from "#start/open-house.ts";
import { askedPath, KEPT, mark, usesIn } from "./asked-uses.ts";
import { readProofs } from "./proofs.ts";

const file = relative(ROOT, expect.getState().testPath!);
type Task = { name: string; result?: { state: string } | undefined; tasks?: readonly Task[] };

const path = askedPath(file);
mkdirSync(dirname(path), { recursive: true });
rmSync(path, { force: true });
process.env.SANDBOX_ASKED = path;

let whole: Task | undefined;
beforeEach(({ task }) => {
  whole = task.file;
  mark(path, { begins: task.name });
});
afterEach(({ task }) => mark(path, { ends: task.name }));

afterAll(() => {
  const used = new Set(usesIn(path).map(({ grant }) => grant));
  if (!KEPT) rmSync(path, { force: true });
  // Of a file that ran in part, or failed, nothing can be said.
  const tests = testsIn(whole);
  if (KEPT || !tests.every(({ result }) => result?.state === "pass")) return;
  const names = tests.map(({ name }) => name);
  const ofFile = Object.entries(readProofs()).filter(([, proof]) => proof.file === file);
  const gone = ofFile.flatMap(([, proof]) => proof.tests).filter((name) => !names.includes(name));
  expect(gone, `tests that test/golden/grants.json names and ${file} does not have`).toEqual([]);
  const unasked = ofFile.map(([grant]) => grant).filter((grant) => !used.has(grant));
  if (unasked.length > 0) console.warn(`${file} did not need this time: ${unasked.join("; ")}`);
});

function testsIn(task: Task | undefined): Task[] {
  return task?.tasks ? task.tasks.flatMap(testsIn) : task ? [task] : [];
}
