// What a driver refuses leaves its function in two ways: to the workflow under its name, to whoever asks directly as an answer.
import { expect, test } from "vitest";
import { TuttiError } from "#core/errors.ts";
import type { Engines } from "#functions/deps/engines.ts";
import { conductor } from "./conductor.ts";

const errors = [{ path: "replicas", message: "must be at most 3" }];
const refuses = async () => {
  throw new TuttiError("capacity_exceeded", "Too many.", { errors, extra: { pool: "web" } });
};
const name = { app: "shop", environment: "prod" };

/** Whose store refuses whatever it is asked: what is asked does not matter here. */
const handler = conductor({
  driver: { kind: "server" },
  clock: { now: () => 0 },
  store: new Proxy({}, { get: () => new Proxy({}, { get: () => refuses }) }),
} as unknown as Engines);

test("whoever asks directly gets a refusal as an answer, with its paths", async () => {
  const refusal = { code: "capacity_exceeded", detail: "Too many.", errors, extra: { pool: "web" } };
  for (const verb of ["inspect", "retire"] as const)
    expect(await handler({ verb, ...name })).toEqual({ ok: false, refusal });
  expect(await handler({ verb: "preview", ...name, version: "v1" })).toEqual({ ok: false, refusal });
  expect(await handler({ verb: "diagnose", environment: "prod" })).toEqual({ ok: false, refusal });
});

test("to the workflow it is thrown under the name that Retry and Catch go by", async () => {
  const tasks = ["plan", "apply", "check", "finish", "rollBack", "giveUp"].map((verb) => ({
    verb,
    deploymentId: "dep_1",
    generation: 1,
  }));
  const mending = { verb: "mend", runId: "heal_1", ...name, trigger: "api", startedAt: "", broken: [] };
  for (const task of [...tasks, mending])
    await expect(handler(task)).rejects.toMatchObject({ name: "Tutti.CapacityExceeded" });
});
