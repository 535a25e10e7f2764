import { expect, test } from "vitest";
import type { TuttiError } from "../errors.ts";
import { parseManifest } from "./parse.ts";
import { specFor } from "./spec-for.ts";

const SERVER = { app: "shop", kind: "server", start: "node app.js" };

function problems(document: object): Record<string, string> {
  try {
    parseManifest({ ...SERVER, ...document });
    return {};
  } catch (error) {
    return Object.fromEntries((error as TuttiError).errors.map(({ path, message }) => [path, message]));
  }
}

test("a schedule goes by UTC and deploys the latest unless it says otherwise; an environment's list takes the app's place", () => {
  const manifest = parseManifest({
    ...SERVER,
    schedules: [{ cron: "0 3 * * *", action: "deploy" }],
    environments: {
      prod: { schedules: [{ cron: "0 8 * * *", timezone: "Europe/Berlin", action: "scale", replicas: 6 }] },
      stage: { schedules: [] },
    },
  });
  expect(specFor(manifest, "dev").schedules).toEqual([
    { cron: "0 3 * * *", timezone: "UTC", action: "deploy", version: "latest" },
  ]);
  expect(specFor(manifest, "prod").schedules).toEqual([
    { cron: "0 8 * * *", timezone: "Europe/Berlin", action: "scale", replicas: 6 },
  ]);
  expect(specFor(manifest, "stage").schedules).toEqual([]);
});

const at = (more: object) => ({ schedules: [{ cron: "0 3 * * *", action: "deploy", ...more }] });

test.each([
  [at({ cron: "0 3 * *" }), "schedules.0.cron", /^must have five fields/],
  [at({ cron: "0 3 1 * MON" }), "schedules.0.cron", /^names a day of month and a day of week/],
  [at({ timezone: "Europe/Atlantis" }), "schedules.0.timezone", /^must be a time zone such as/],
  [at({ action: "stop" }), "schedules.0.action", /^must be one of deploy, scale, restart, not "stop"$/],
  [at({ action: "scale" }), "schedules.0.replicas", /^is required for the action scale$/],
  [at({ replicas: 2 }), "schedules.0.replicas", /^is for the action scale, not deploy$/],
  [at({ action: "scale", replicas: 2, version: "v1" }), "schedules.0.version", /^is for the action deploy/],
  [at({ time: "8:00" }), "schedules.0.time", /^is not a known key/],
  [
    { schedules: [at({}).schedules[0], { action: "deploy", name: "again", cron: "0 3 * * *" }] },
    "schedules.1",
    /^is the same as schedule 0: "0 3 \* \* \*"$/,
  ],
  [
    { environments: { prod: at({ cron: "x * * * *" }) } },
    "environments.prod.schedules.0.cron",
    /^minute must be/,
  ],
])("%j is refused at its path", (document, path, message) => {
  expect(problems(document)).toEqual({ [path]: expect.stringMatching(message) });
});

test("a function is not restarted by the clock, naming the kinds that are", () => {
  const schedules = [{ cron: "0 3 * * *", action: "restart" }];
  expect(() => parseManifest({ app: "shop", kind: "function", schedules })).toThrow(
    'schedules.0.action: "restart" is not for kind function: kinds server, vm, container can',
  );
});

test("what the clock scales of a function is what is kept initialised, so it needs scaling", () => {
  const schedules = [{ cron: "0 8 * * *", action: "scale", replicas: 4 }];
  const mailer = { app: "mailer", kind: "function", schedules };
  expect(() => parseManifest(mailer)).toThrow(
    "schedules.0.action: scale needs scaling: without it nothing of a function is kept initialised",
  );
  expect(() => parseManifest({ ...mailer, scaling: { min: 1, max: 3 } })).toThrow(
    "schedules.0.replicas: must be from 1 to 3, the bounds of scaling, not 4",
  );
  expect(specFor(parseManifest({ ...mailer, scaling: { min: 1, max: 4 } }), "prod").schedules).toMatchObject([
    { action: "scale", replicas: 4 },
  ]);
});
