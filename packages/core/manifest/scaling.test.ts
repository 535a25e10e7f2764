import { expect, test } from "vitest";
import { scalingNote } from "../domain/scaling.ts";
import type { TuttiError } from "../errors.ts";
import { parseManifest } from "./parse.ts";
import type { Manifest } from "./schema.ts";
import { specFor } from "./spec-for.ts";

const VM = { app: "shop", kind: "vm", start: "node app.js" };
const SCALING = { min: 2, max: 10, metric: "requestsPerReplica", target: 50 };

function problems(document: Record<string, unknown>): Record<string, string> {
  try {
    parseManifest({ ...VM, ...document });
    return {};
  } catch (error) {
    return Object.fromEntries((error as TuttiError).errors.map(({ path, message }) => [path, message]));
  }
}

test("scaling begins at its least where no count is said, and an environment may say other bounds", () => {
  const document = { ...VM, scaling: SCALING, environments: { dev: { scaling: { min: 1, max: 2 } } } };
  expect(parseManifest(document)).toEqual(document);
  const manifest = document as unknown as Manifest;
  expect(specFor(manifest, "prod")).toMatchObject({
    replicas: 2,
    scaling: { ...SCALING, warmupSeconds: 120, scaleIn: true },
  });
  expect(specFor(manifest, "dev")).toMatchObject({ replicas: 1, scaling: { min: 1, max: 2, target: 50 } });
  expect(specFor({ ...manifest, replicas: 5 }, "prod").replicas).toBe(5);
});

test("a metric of one's own is an average, unless another statistic is said", () => {
  const scaling = { ...SCALING, metric: { namespace: "Shop", name: "Backlog" } };
  const spec = specFor(parseManifest({ ...VM, scaling }) as Manifest, "prod");
  expect(spec.scaling!.metric).toEqual({ namespace: "Shop", name: "Backlog", statistic: "Average" });
  expect(scalingNote(spec.scaling!)).toBe("Scaling keeps 2 to 10 copies, aiming at Shop/Backlog at 50.");
});

test.each([
  [{ ...SCALING, max: undefined }, "scaling.max", "is required: a whole number of copies"],
  [{ ...SCALING, target: undefined }, "scaling.target", "is required: a number"],
  [{ ...SCALING, max: 1 }, "scaling.max", "max 1 is below min 2"],
  [{ ...SCALING, min: 0 }, "scaling.min", "must be at least 1, not 0"],
  [{ ...SCALING, target: 0 }, "scaling.target", "must be more than 0"],
  [
    { ...SCALING, metric: "cpu", target: 101 },
    "scaling.target",
    "is percent of the CPU: must be at most 100, not 101",
  ],
  [
    { ...SCALING, metric: "memory" },
    "scaling.metric",
    'must be requestsPerReplica, cpu, provisionedConcurrencyUtilization, or a block with namespace and name, not "memory"',
  ],
  [
    { ...SCALING, metric: { namespace: "Shop", name: "Backlog", statistic: "p99" } },
    "scaling.metric.statistic",
    'must be one of Average, Minimum, Maximum, SampleCount, Sum, not "p99"',
  ],
  [{ ...SCALING, metric: { name: "Backlog" } }, "scaling.metric.namespace", "is required: a text"],
  [
    { ...SCALING, metric: { namespace: "Shop", name: "Backlog", dimension: {} } },
    "scaling.metric.dimension",
    "is not a known key; did you mean dimensions?",
  ],
  [{ ...SCALING, minimum: 2 }, "scaling.minimum", "is not a known key; did you mean min?"],
])("%j is refused at its path", (scaling, path, message) => {
  expect(problems({ scaling })).toEqual({ [path]: message });
});

test("counts that a manifest names lie within the bounds, those of its schedules too", () => {
  expect(problems({ scaling: SCALING, replicas: 11 })).toEqual({
    replicas: "must be from 2 to 10, the bounds of scaling, not 11",
  });
  const dev = { replicas: 1, scaling: { min: 2 } };
  expect(problems({ scaling: SCALING, environments: { dev } })).toEqual({
    "environments.dev.replicas": "must be from 2 to 10, the bounds of scaling, not 1",
  });
  const schedules = [
    { cron: "0 8 * * *", action: "scale", replicas: 9 },
    { cron: "0 20 * * *", action: "scale", replicas: 12 },
  ];
  const refused = "must be from 2 to 10, the bounds of scaling, not 12";
  expect(problems({ scaling: SCALING, schedules })).toEqual({ "schedules.1.replicas": refused });
  expect(problems({ scaling: SCALING, environments: { dev: { schedules } } })).toEqual({
    "environments.dev.schedules.1.replicas": refused,
  });
});

test("the app's bounds reach as far as the count of an environment that says none of its own", () => {
  const document = {
    ...VM,
    scaling: SCALING,
    environments: { dev: { replicas: 1 }, prod: { replicas: 12 } },
  };
  const manifest = parseManifest(document) as Manifest;
  const bounds = ["dev", "stage", "prod"].map((name) => {
    const { replicas, scaling } = specFor(manifest, name);
    return [replicas, scaling!.min, scaling!.max];
  });
  expect(bounds).toEqual([
    [1, 1, 10],
    [2, 2, 10],
    [12, 2, 12],
  ]);
});

const FUNCTION = { app: "greeter", kind: "function" };

test("on a function scaling is of what is kept initialised, at 70 % where nothing is said, and its count stays its own", () => {
  const document = {
    ...FUNCTION,
    scaling: { min: 2, max: 5 },
    environments: { dev: { scaling: { max: 2 } } },
  };
  const manifest = parseManifest(document) as Manifest;
  const { replicas, scaling } = specFor(manifest, "prod");
  expect({ replicas, scaling }).toEqual({
    replicas: 1,
    scaling: {
      ...{ min: 2, max: 5, metric: "provisionedConcurrencyUtilization", target: 70 },
      ...{ warmupSeconds: 120, scaleIn: true },
    },
  });
  expect(scalingNote(scaling!)).toBe(
    "Scaling keeps 2 to 5 execution environments initialised, aiming at 70 % of them in use.",
  );
  expect(scalingNote(specFor(manifest, "dev").scaling!)).toBe(
    "Scaling keeps 2 execution environments initialised.",
  );
});

const INITIALISED = { min: 2, max: 5 };

test.each([
  [
    { scaling: { ...INITIALISED, metric: "cpu", target: 50 } },
    { "scaling.metric": '"cpu" is not for kind function: kinds server, vm, container can' },
  ],
  [
    { scaling: { ...INITIALISED, target: 95 } },
    { "scaling.target": "is percent of what is initialised: must be 10 to 90, not 95" },
  ],
  [
    { scaling: INITIALISED, function: { reservedConcurrency: 9 } },
    {
      "function.reservedConcurrency":
        "must be at least 10, twice scaling.max: while a release shifts, both versions are kept initialised; not 9",
    },
  ],
  [{ scaling: { min: 2 } }, { "scaling.max": "is required: a whole number of copies" }],
])("%j is refused on a function", (document, expected) => {
  const { start: _none, ...told } = problems({ ...FUNCTION, ...document });
  expect(told).toEqual(expected);
});

test("what functions are scaled by is for functions only", () => {
  expect(problems({ scaling: { ...SCALING, metric: "provisionedConcurrencyUtilization" } })).toEqual({
    "scaling.metric": '"provisionedConcurrencyUtilization" is not for kind vm: only kind function can',
  });
});
