import { expect, test } from "vitest";
import { aDeployment, aRollout, aSpec, aStep } from "#test/support/a-deployment.ts";
import { type Deployment, type DeploymentStatus, END_STATUSES, OPEN_STATUSES } from "../domain/deployment.ts";
import { acceptAction } from "./accept-action.ts";
import { nextMove } from "./next-move.ts";
import {
  ACTIONS_BY_STATUS,
  allowedActions,
  DEPLOYMENT_ACTIONS,
  type DeploymentAction,
  mayBecome,
  NEXT_STATUSES,
} from "./statuses.ts";

const NOW = "2026-01-05T12:05:00.000Z";
const LIMITS = { shardSize: 50, maxRounds: 1000 };
const ALL: DeploymentStatus[] = [...OPEN_STATUSES, ...END_STATUSES];

const BAKING: Partial<Deployment> = {
  steps: [aStep({ type: "bake", status: "running", seconds: 60 })],
  bakedSeconds: 30,
};

function accept(deployment: Partial<Deployment>, action: DeploymentAction, reason?: string): Deployment {
  return acceptAction(aDeployment(deployment), action, "ben", NOW, reason);
}

const PAIRS = ALL.flatMap((status) => DEPLOYMENT_ACTIONS.map((action) => [status, action] as const));

test.each(PAIRS)("%s: %s is allowed exactly where the table says so", (status, action) => {
  const attempt = () => accept({ status, ...BAKING }, action);
  const allowed = ACTIONS_BY_STATUS[status];
  if (allowed.includes(action)) expect(attempt().id).toBe("dep_1");
  else {
    expect(attempt).toThrow(
      expect.objectContaining({ code: "action_not_allowed", extra: { status, allowed: [...allowed] } }),
    );
  }
});

test("the refusal says what is allowed instead", () => {
  expect(() => accept({ status: "paused" }, "approve")).toThrow(
    "approve is not allowed while the deployment is paused; resume, promote, abort are.",
  );
  expect(() => accept({ status: "succeeded" }, "abort")).toThrow(
    "abort is not allowed while the deployment is succeeded; nothing is.",
  );
});

test("an end becomes nothing else, every open status can come to an end, and staying is always allowed", () => {
  for (const status of END_STATUSES) expect(NEXT_STATUSES[status]).toEqual([]);
  for (const status of OPEN_STATUSES) {
    const ends = NEXT_STATUSES[status].filter((next) => (END_STATUSES as readonly string[]).includes(next));
    expect(ends).toContain("failed");
  }
  expect(mayBecome("running", "running")).toBe(true);
  expect(mayBecome("running", "succeeded")).toBe(true);
  expect(mayBecome("rolling_back", "succeeded")).toBe(false);
  // The call that wrote it may die afterwards, with nothing changed.
  for (const waits of ["paused", "awaiting_approval"] as const)
    expect(mayBecome(waits, "rolled_back")).toBe(true);
});

test("pause is a wish that the engine takes up, and can be withdrawn before that", () => {
  const paused = accept({ steps: [aStep()] }, "pause", "lunch");
  expect(paused).toMatchObject({
    status: "running",
    intent: { action: "pause", actor: "ben", at: NOW, reason: "lunch" },
  });
  expect(allowedActions(paused)).toEqual(["pause", "resume", "abort"]);
  expect(acceptAction(paused, "pause", "cleo", NOW)).toBe(paused);
  expect(acceptAction(paused, "resume", "cleo", NOW)).toMatchObject({ status: "running", intent: null });
});

test("resume and promote let a paused deployment run on", () => {
  const paused: Partial<Deployment> = {
    status: "paused",
    intent: { action: "pause", actor: "ann", at: NOW },
    steps: [aStep()],
  };
  for (const action of ["resume", "promote"] as const) {
    expect(accept(paused, action)).toMatchObject({ status: "running", intent: null });
  }
});

test("promoting a pause within a bake goes on with the bake", () => {
  expect(accept({ status: "paused", ...BAKING }, "promote")).toMatchObject({
    status: "running",
    bakedSeconds: 30,
  });
});

test("promote skips what is left of a bake, up to its last look", () => {
  const promoted = accept(BAKING, "promote");
  expect(promoted).toMatchObject({ bakedSeconds: 60, intent: null });
  expect(nextMove(promoted, LIMITS)).toEqual({ next: "check" });
});

test("promote without a bake to skip is refused", () => {
  expect(() => accept({ steps: [aStep({ status: "running" })] }, "promote")).toThrow(
    expect.objectContaining({
      code: "action_not_allowed",
      extra: { status: "running", allowed: ["pause", "abort"] },
    }),
  );
});

test("approve ends the approval, and the next step is due", () => {
  const waiting: Partial<Deployment> = {
    status: "awaiting_approval",
    steps: [
      aStep({ type: "approval", status: "running", startedAt: "2026-01-05T12:00:00.000Z" }),
      aStep({ index: 1 }),
    ],
  };
  const approved = accept(waiting, "approve");
  expect(approved.steps[0]).toMatchObject({
    status: "succeeded",
    startedAt: "2026-01-05T12:00:00.000Z",
    endedAt: NOW,
  });
  expect(approved).toMatchObject({ status: "running", progressAt: NOW });
  expect(nextMove(approved, LIMITS)).toEqual({ next: "apply" });
});

test("reject is an abort that says who rejected and why", () => {
  const rejected = accept({ status: "awaiting_approval" }, "reject", "too late today");
  expect(rejected.intent).toEqual({
    action: "abort",
    actor: "ben",
    at: NOW,
    reason: "rejected by ben: too late today",
  });
});

test("after an abort only the abort itself may be repeated, with no effect", () => {
  const aborted = accept({ steps: [aStep()] }, "abort");
  expect(aborted.intent).toMatchObject({ action: "abort", reason: "aborted by ben" });
  expect(allowedActions(aborted)).toEqual(["abort"]);
  expect(acceptAction(aborted, "abort", "cleo", NOW)).toBe(aborted);
});

test("an abort in the queue ends the deployment at once", () => {
  expect(accept({ status: "queued" }, "abort")).toMatchObject({
    status: "cancelled",
    endedAt: NOW,
    reason: "aborted by ben before it began",
  });
});

test("the deployment handed in is left as it was", () => {
  const before = aDeployment(BAKING);
  const copy = structuredClone(before);
  acceptAction(before, "promote", "ben", NOW);
  expect(before).toEqual(copy);
});

/** Waits for two, and ann (tok_1) asked for it. */
const FOUR_EYES = () => {
  const rollout = aRollout({ approval: "before", minApprovers: 2 });
  const step = aStep({ type: "approval", replicas: [], status: "running", approvers: 2 });
  return aDeployment({
    status: "awaiting_approval",
    createdBy: "ann",
    createdById: "tok_1",
    spec: aSpec({ rollout }),
    steps: [step],
  });
};
const approve = (deployment: Deployment, actor: string, id: string, reason?: string) =>
  acceptAction(deployment, "approve", actor, NOW, reason, id);

test("where two must approve, the first changes nothing but the list, and the second lets it go on", () => {
  const once = approve(FOUR_EYES(), "ben", "tok_2", "read it");
  expect(once.status).toBe("awaiting_approval");
  expect(once.steps[0]).toMatchObject({
    status: "running",
    approvals: [{ by: "ben", byId: "tok_2", at: NOW, reason: "read it" }],
  });
  const twice = approve(once, "cleo", "tok_3");
  expect(twice.status).toBe("running");
  expect(twice.steps[0]).toMatchObject({ status: "succeeded", endedAt: NOW });
  expect(twice.steps[0]!.approvals!.map(({ by }) => by)).toEqual(["ben", "cleo"]);
});

test("the same caller approves once, under whatever name", () => {
  const once = approve(FOUR_EYES(), "ben", "tok_2");
  expect(approve(once, "ben again", "tok_2")).toBe(once);
  expect(approve(once, "ben", "tok_4").status).toBe("running");
});

test("whoever asked for it does not approve it, where the manifest says how many do", () => {
  expect(() => approve(FOUR_EYES(), "somebody", "tok_1")).toThrow(
    expect.objectContaining({
      code: "own_approval",
      message: "ann asked for this deployment; 2 others must approve it.",
    }),
  );
  const alone = { ...FOUR_EYES(), spec: aSpec({ rollout: aRollout({ approval: "before" }) }) };
  const [step] = alone.steps;
  const one = { ...alone, steps: [{ ...step!, approvers: 1 }] };
  expect(approve(one, "ann", "tok_1").status).toBe("running");
});
