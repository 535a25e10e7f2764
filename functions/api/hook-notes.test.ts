import { expect, test } from "vitest";
import type { Hook } from "#core/domain/hook.ts";
import { hookNotes } from "./hook-notes.ts";

const hook = (more: Partial<Hook>): Hook => ({ timeoutSeconds: 30, attempts: 3, required: true, ...more });

test("an address that will be refused is told beforehand, one that is opened or has yet to be resolved is not", () => {
  const hooks = {
    before: [hook({ name: "migrate", url: "https://10.1.2.3/migrate" }), hook({ function: "seed" })],
    afterStep: [hook({ url: "https://ci.example.com/smoke" })],
    after: [hook({ url: "http://127.0.0.1:9000/done" })],
  };
  expect(hookNotes(hooks, ["127.0.0.0/8"])).toEqual([
    "Hook migrate: its address leads to 10.1.2.3, which is not public; the environment's hooks.allowPrivate does not open it.",
  ]);
  expect(hookNotes(hooks)).toHaveLength(2);
  expect(hookNotes(undefined)).toEqual([]);
});
