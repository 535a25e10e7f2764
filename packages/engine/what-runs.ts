// A deployment that releases nothing (a scaling, a restart, what healing restores) is about what runs when its turn comes.
// While it waited, or in the moment before its place was taken, another release may have come: to scale must never go back.
import type { Deployment } from "#core/domain/deployment.ts";
import { withinBounds } from "#core/domain/scaling.ts";
import type { Target } from "#core/domain/target.ts";
import { needRelease, specOf } from "./context.ts";
import type { ControlDeps } from "./deps.ts";

export type Aim = Pick<Deployment, "version" | "spec">;

/** The release it is to leave running, and that as its own manifest says; the rollout stays as it was asked for. */
export async function aimOf(
  deps: ControlDeps,
  { app, environment, version, spec, purpose, startedAt }: Deployment,
  { release }: Pick<Target, "release">,
): Promise<Aim> {
  const follows = purpose !== undefined && purpose !== "remove" && startedAt === null;
  if (!follows || release === null || release === version) return { version, spec };
  const own = specOf(await needRelease(deps, app, release), environment);
  const replicas = purpose === "scale" ? withinBounds(own.scaling, spec.replicas) : own.replicas;
  return { version: release, spec: { ...own, rollout: spec.rollout, replicas } };
}
