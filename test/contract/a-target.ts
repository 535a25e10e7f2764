// A target with releases that a test can add to, outside any store.
import type { Clock } from "#core/clock.ts";
import type { Environment } from "#core/domain/environment.ts";
import type { Artifact, Release } from "#core/domain/release.ts";
import type { Spec } from "#core/domain/spec.ts";
import type { TargetContext } from "#core/driver/driver.ts";
import { TuttiError } from "#core/errors.ts";

export type Releases = { add(version: string, artifact: Artifact): void };

export function aTarget(
  spec: Spec,
  clock: Clock,
  environment: Partial<Environment> = {},
): { target: TargetContext; releases: Releases } {
  const known = new Map<string, Release>();
  const target: TargetContext = {
    app: spec.app,
    environment: { name: "prod", pools: {}, updatedAt: "2026-01-05T12:00:00.000Z", ...environment },
    spec,
    clock,
    release: async (version) => {
      const found = known.get(version);
      if (!found) throw new TuttiError("not_found", `There is no release ${version}.`);
      return found;
    },
  };
  const add = (version: string, artifact: Artifact) => {
    known.set(version, {
      id: `rel_${version}`,
      app: spec.app,
      version,
      artifact,
      manifest: {},
      createdAt: "2026-01-05T12:00:00.000Z",
      createdBy: "ann",
    });
  };
  return { target, releases: { add } };
}
