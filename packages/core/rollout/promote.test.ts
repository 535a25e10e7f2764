// `promote` on every kind, in every waiting: it ends a bake (whose last look is still taken) and a pause, and nothing else.
import { describe, expect, test } from "vitest";
import { aDeployment, aSpec, aStep } from "#test/support/a-deployment.ts";
import type { Deployment } from "../domain/deployment.ts";
import { KINDS } from "../domain/kind.ts";
import { acceptAction } from "./accept-action.ts";
import { nextMove } from "./next-move.ts";
import { allowedActions } from "./statuses.ts";

const NOW = "2026-01-05T12:05:00.000Z";
const LIMITS = { shardSize: 50, maxRounds: 1000 };

const bake = aStep({ type: "bake", status: "running", seconds: 60, replicas: [] });
const watched = aStep({ type: "batch", status: "running" });
const shifted = aStep({ type: "shift", status: "running", weightPercent: 10 });
const approval = aStep({ type: "approval", status: "running", seconds: 86_400, replicas: [] });
const hook = aStep({ type: "hook", status: "running", replicas: [] });
const image = aStep({ type: "prepare", status: "running", replicas: [] });

type Outcome = "its last look" | "as resumed" | "refused";

const WAITINGS: [name: string, moment: Partial<Deployment>, outcome: Outcome][] = [
  ["a bake", { status: "running", steps: [bake], bakedSeconds: 30 }, "its last look"],
  [
    "a bake that is about to begin",
    { status: "running", steps: [{ ...bake, status: "pending" }] },
    "its last look",
  ],
  ["an approval", { status: "awaiting_approval", steps: [approval] }, "refused"],
  ["the watch of a batch", { status: "running", steps: [watched] }, "refused"],
  ["the watch of a shift", { status: "running", steps: [shifted] }, "refused"],
  ["the making of an image", { status: "running", steps: [image] }, "refused"],
  ["a hook", { status: "running", steps: [hook] }, "refused"],
  ["a pause within a bake", { status: "paused", steps: [bake], bakedSeconds: 30 }, "as resumed"],
  ["a pause between batches", { status: "paused", steps: [{ ...watched, status: "pending" }] }, "as resumed"],
  ["a place in the queue", { status: "queued", steps: [] }, "refused"],
  ["the planning", { status: "planning", steps: [] }, "refused"],
  ["the way back", { status: "rolling_back", steps: [{ ...bake, rollback: true }] }, "refused"],
  [
    "a bake that is being aborted",
    { status: "running", steps: [bake], intent: { action: "abort", actor: "ben", at: NOW } },
    "refused",
  ],
];

describe.each(KINDS)("%s", (kind) => {
  test.each(WAITINGS)("promote in %s", (_name, moment, outcome) => {
    const before = aDeployment({ kind, spec: aSpec({ kind }), ...moment });
    const promote = () => acceptAction(before, "promote", "ann", NOW);
    expect(allowedActions(before).includes("promote")).toBe(outcome !== "refused");
    if (outcome === "refused") {
      expect(promote).toThrow(expect.objectContaining({ code: "action_not_allowed" }));
      return;
    }
    const after = promote();
    expect(after.status).toBe("running");
    expect(after.intent).toBeNull();
    if (outcome === "as resumed") {
      expect(after).toEqual(acceptAction(before, "resume", "ann", NOW));
      return;
    }
    expect(after.bakedSeconds).toBe(60);
    if (bake.status === after.steps[0]!.status) expect(nextMove(after, LIMITS)).toEqual({ next: "check" });
    expect(acceptAction(after, "promote", "ann", NOW)).toEqual(after);
  });
});
