import { expect, test } from "vitest";
import { readResult } from "./result.ts";

const LINE =
  'TUTTI_RESULT {"outcome":"ok","detail":"GET / answered 200","release":"rel_1","version":"v1","host":"10.0.0.1","port":8080,"state":"active","health":"healthy","startedAt":""}';

test("the last result line counts, whatever stands before it", () => {
  const stdout = `motd\n${LINE.replace('"ok"', '"busy"')}\n${LINE}\n`;
  expect(readResult({ code: 0, stdout, stderr: "" })).toMatchObject({ outcome: "ok", port: 8080 });
});

test("a script without a last word failed with what it said", () => {
  const result = readResult({ code: 137, stdout: "", stderr: "Killed\n" });
  expect(result).toMatchObject({ outcome: "failed", detail: "The script ended with exit code 137: Killed" });
});

test("a result of another shape is a failure, not a guess", () => {
  const result = readResult({ code: 0, stdout: 'TUTTI_RESULT {"outcome":"great"}', stderr: "" });
  expect(result.detail).toBe('The script answered something unreadable: TUTTI_RESULT {"outcome":"great"}');
});
