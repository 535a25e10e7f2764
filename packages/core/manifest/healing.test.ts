import { expect, test } from "vitest";
import { TuttiError } from "../errors.ts";
import { parseManifest } from "./parse.ts";
import { specFor } from "./spec-for.ts";

const SERVER = { app: "storefront", kind: "server", start: "node app.js" };

function problems(document: unknown): string[] {
  try {
    parseManifest(document);
    return [];
  } catch (error) {
    if (error instanceof TuttiError) return error.errors.map((one) => `${one.path}: ${one.message}`);
    throw error;
  }
}

test("an environment says what is different there, and the rest is the default", () => {
  const manifest = parseManifest({
    ...SERVER,
    healing: { maxRepairs: 3, drift: "show" },
    environments: { prod: { healing: { watchSeconds: 600 } } },
  });
  expect(specFor(manifest, "prod").healing).toEqual({
    maxUnhealthyPercent: 50,
    maxRepairs: 3,
    pauseSeconds: 30,
    watchSeconds: 600,
    drift: "show",
  });
});

test("what is out of its bounds is refused by its path", () => {
  expect(
    problems({ ...SERVER, healing: { maxUnhealthyPercent: 0, maxRepairs: 21, pauseSeconds: 0.5 } }),
  ).toHaveLength(3);
  expect(problems({ ...SERVER, environments: { prod: { healing: { drift: "ignore" } } } })[0]).toMatch(
    /^environments\.prod\.healing\.drift: /,
  );
  expect(problems({ ...SERVER, healing: { maxRepair: 1 } })[0]).toMatch(/maxRepairs/);
});

test("repairs are counted on every kind", () => {
  const healing = { maxRepairs: 3, pauseSeconds: 60, watchSeconds: 60, drift: "show" };
  for (const kind of ["container", "function"]) expect(problems({ app: "shop", kind, healing })).toEqual([]);
});

test("bad answers are counted of functions alone, and why is told to the others", () => {
  const manifest = parseManifest({ app: "thumbs", kind: "function", healing: { maxErrorPercent: 2.5 } });
  expect(specFor(manifest, "prod").healing).toMatchObject({ maxErrorPercent: 2.5, maxRepairs: 5 });
  expect(problems({ ...SERVER, healing: { maxErrorPercent: 2 } })).toEqual([
    "healing.maxErrorPercent: is not for kind server: only kind function can; elsewhere the load balancer compares the copies with each other",
  ]);
  expect(problems({ app: "thumbs", kind: "function", healing: { maxErrorPercent: 101 } })).toHaveLength(1);
});
