import { expect, test } from "vitest";
import type { TuttiError } from "../errors.ts";
import { parseManifest } from "./parse.ts";

const SERVER = { app: "storefront", kind: "server", start: "node app.js" };
const FUNCTION = { app: "thumbs", kind: "function" };
const VM = { app: "storefront", kind: "vm", start: "node app.js" };
const CONTAINER = { app: "storefront", kind: "container" };

/** Its faults, `path: message`; none where it is fine. */
function problems(document: unknown): string[] {
  try {
    parseManifest(document);
    return [];
  } catch (error) {
    const { errors } = error as TuttiError;
    return errors!.map(({ path, message }) => `${path}: ${message}`);
  }
}

test("allow names other apps, each once, or everyone who connects, on every kind", () => {
  for (const app of [SERVER, FUNCTION]) {
    expect(problems({ ...app, allow: ["billing"], environments: { dev: { allow: ["*"] } } })).toEqual([]);
    expect(problems({ ...app, allow: [] })).toEqual([
      "allow: must name at least one app: leave it out to let everyone call",
    ]);
    expect(problems({ ...app, allow: ["a-1", "a-1"] })).toEqual([
      "allow: must name each app once, not a-1 twice",
    ]);
    expect(problems({ ...app, allow: [app.app] })).toEqual([
      `allow: names ${app.app} itself: it says who else may call`,
    ]);
  }
  expect(problems({ ...SERVER, allow: ["team-*"] })).toEqual([
    'allow.0: must be the name of an app, or "*" for any that connects',
  ]);
});

test("connect names other apps, each once, on every kind", () => {
  const speaking = { connect: ["orders", "users"], environments: { dev: { connect: [] } } };
  for (const app of [SERVER, FUNCTION, VM, CONTAINER])
    expect(parseManifest({ ...app, ...speaking })).toEqual({ ...app, ...speaking });
  expect(problems({ ...SERVER, connect: ["orders", "orders"] })).toEqual([
    "connect: must name each app once, not orders twice",
  ]);
  expect(problems({ ...SERVER, environments: { dev: { connect: [SERVER.app] } } })).toEqual([
    `environments.dev.connect: names ${SERVER.app} itself: an app knows where it is`,
  ]);
});
