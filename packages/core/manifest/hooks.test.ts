import { expect, test } from "vitest";
import { TuttiError } from "../errors.ts";
import { parseManifest } from "./parse.ts";
import type { Manifest } from "./schema.ts";
import { specFor } from "./spec-for.ts";

const SERVER = { app: "shop", kind: "server", start: "node app.js" };

function problems(document: Record<string, unknown>): Record<string, string> {
  try {
    parseManifest({ ...SERVER, ...document });
    return {};
  } catch (error) {
    return Object.fromEntries((error as TuttiError).errors.map(({ path, message }) => [path, message]));
  }
}

test("a hook has its defaults in the document as it was applied, and an environment's list takes the app's place", () => {
  const document = {
    ...SERVER,
    hooks: { before: [{ function: "migrate" }], after: [{ url: "https://ci.example.com/done" }] },
    environments: { prod: { hooks: { before: [{ function: "migrate:live", attempts: 1 }] } } },
  };
  const rest = { timeoutSeconds: 30, attempts: 3, required: true };
  const after = [{ url: "https://ci.example.com/done", ...rest }];
  expect(parseManifest(document)).toEqual(document);
  // Releases keep the document, not what was parsed of it.
  const manifest = document as unknown as Manifest;
  expect(specFor(manifest, "dev").hooks).toEqual({
    before: [{ function: "migrate", ...rest }],
    afterStep: [],
    after,
  });
  expect(specFor(manifest, "prod").hooks).toEqual({
    before: [{ function: "migrate:live", ...rest, attempts: 1 }],
    afterStep: [],
    after,
  });
});

test.each([
  [{ before: [{}] }, "hooks.before.0", "must have either url or function, not nothing"],
  [
    { after: [{ url: "https://a.example", function: "b" }] },
    "hooks.after.0",
    "must have either url or function, not both",
  ],
  [
    { before: [{ url: "ftp://a.example" }] },
    "hooks.before.0.url",
    "must be an address such as https://ci.example.com/hook",
  ],
  [
    { before: [{ url: "https://me:you@a.example" }] },
    "hooks.before.0.url",
    "must not contain a user or password",
  ],
  [
    { before: [{ function: "arn:aws:lambda:x" }] },
    "hooks.before.0.function",
    "must be 1 to 40 letters, digits, - and _, perhaps with an alias: smoke:live",
  ],
  [
    { before: [{ function: "a", timeoutSeconds: 301 }] },
    "hooks.before.0.timeoutSeconds",
    "must be at most 300, not 301",
  ],
  [{ before: [{ function: "a", attempts: 0 }] }, "hooks.before.0.attempts", "must be at least 1, not 0"],
  [
    { before: [{ function: "a", timeoutSecond: 3 }] },
    "hooks.before.0.timeoutSecond",
    "is not a known key; did you mean timeoutSeconds?",
  ],
  [{ befor: [] }, "hooks.befor", "is not a known key; did you mean before?"],
  [{ after: Array(11).fill({ function: "a" }) }, "hooks.after", "must be at most 10 hooks"],
])("%j is refused at its path", (hooks, path, message) => {
  expect(problems({ hooks })).toEqual({ [path]: message });
});

test("rolling containers are one step: nothing is called between", () => {
  const document = { app: "shop", kind: "container", hooks: { afterStep: [{ function: "smoke" }] } };
  expect(() => parseManifest(document)).toThrow(
    /^hooks.afterStep: needs strategy canary or blueGreen: ECS moves tasks without batches/,
  );
  expect(parseManifest({ ...document, rollout: { strategy: "canary" } }).hooks?.afterStep).toHaveLength(1);
  expect(() => parseManifest({ ...document, environments: { prod: { replicas: 2 } } })).toThrow(TuttiError);
});
