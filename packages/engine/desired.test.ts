import { expect, test } from "vitest";
import type { Release } from "#core/domain/release.ts";
import { EMPTY_FLEET } from "#core/domain/replica.ts";
import type { Target } from "#core/domain/target.ts";
import { CAPABILITIES } from "#core/driver/capabilities.ts";
import type { Manifest } from "#core/manifest/schema.ts";
import { specFor } from "#core/manifest/spec-for.ts";
import type { EngineDeps } from "./deps.ts";
import { desiredCount } from "./desired.ts";

type Words = Pick<Manifest, "replicas" | "scaling">;
const SCALING = { min: 2, max: 10, metric: "requestsPerReplica" as const, target: 50 };

/** `before` runs with `now` copies; what a deployment of `after` is to leave. */
async function left(before: Words, now: number, after: Words): Promise<number> {
  const shop = { app: "shop", kind: "vm" as const, start: "node app.js" };
  const release = { manifest: { ...shop, ...before } } as unknown as Release;
  const deps = {
    driver: { capabilities: CAPABILITIES.vm },
    store: { releases: { get: async () => release } },
  } as unknown as EngineDeps;
  const target = { app: "shop", environment: "prod", release: "v1", desired: 3 } as Target;
  const fleet = { ...EMPTY_FLEET, desired: now };
  return desiredCount(deps, { spec: specFor({ ...shop, ...after }, "prod"), target, fleet });
}

test("a count that scaling chose stays, and a manifest's own sets it only where it changed", async () => {
  expect(await left({ scaling: SCALING }, 8, { scaling: SCALING })).toBe(8);
  expect(await left({ replicas: 3, scaling: SCALING }, 8, { replicas: 3, scaling: SCALING })).toBe(8);
  expect(await left({ replicas: 3, scaling: SCALING }, 8, { replicas: 5, scaling: SCALING })).toBe(5);
});

test("new bounds move a count that lies outside of them, and no other", async () => {
  expect(await left({ scaling: SCALING }, 8, { scaling: { ...SCALING, min: 4 } })).toBe(8);
  expect(await left({ scaling: SCALING }, 8, { scaling: { ...SCALING, max: 6 } })).toBe(6);
  expect(await left({ scaling: SCALING }, 3, { scaling: { ...SCALING, min: 4 } })).toBe(4);
});

test("scaling that comes to a target begins with the count that it has", async () => {
  expect(await left({ replicas: 6 }, 6, { scaling: SCALING })).toBe(6);
  expect(await left({ replicas: 20 }, 20, { scaling: SCALING })).toBe(10);
});
