import { expect, test } from "vitest";
import { aDeployment, aStep } from "#test/support/a-deployment.ts";
import type { Deployment, Intent } from "../domain/deployment.ts";
import type { Step } from "../domain/step.ts";
import type { Move } from "./messages.ts";
import { nextMove } from "./next-move.ts";

const LIMITS = { shardSize: 50, maxRounds: 1000 };
const HOLD: Move = { next: "hold", seconds: 86_400 };

const word = (action: Intent["action"]): Intent => ({ action, actor: "ann", at: "2026-01-05T12:00:00.000Z" });
const batch = (more: Partial<Step> = {}) => aStep({ type: "batch", ...more });
const bake = (more: Partial<Step> = {}) => aStep({ type: "bake", seconds: 70, ...more });
const many = (count: number) => Array.from({ length: count }, (_, index) => `web-${index}`);

const CASES: [name: string, deployment: Partial<Deployment>, move: Move][] = [
  ["a pending batch is applied", { steps: [batch()] }, { next: "apply" }],
  ["a running batch is checked", { steps: [batch({ status: "running" })] }, { next: "check" }],
  ["a running shift is checked", { steps: [aStep({ type: "shift", status: "running" })] }, { next: "check" }],
  [
    "the first step that is not over is the current one",
    {
      steps: [
        batch({ status: "succeeded" }),
        batch({ status: "skipped" }),
        batch({ status: "failed" }),
        bake(),
      ],
    },
    { next: "bake", seconds: 30 },
  ],
  ["nothing left is the end", { steps: [batch({ status: "succeeded" })] }, { next: "finish" }],
  ["no steps at all is the end", { steps: [] }, { next: "finish" }],
  ["an ended deployment is finished again", { status: "succeeded", steps: [batch()] }, { next: "finish" }],
  ["fifty replicas are one shard", { steps: [batch({ replicas: many(50) })] }, { next: "apply" }],
  [
    "more are played in shards",
    { steps: [batch({ replicas: many(101) })] },
    { next: "shards", shards: [0, 1, 2] },
  ],
  [
    "a step of shards under way is checked",
    { steps: [batch({ replicas: many(101), status: "running" })] },
    { next: "check" },
  ],
  ["an approval waits for a day", { steps: [aStep({ type: "approval" })] }, HOLD],
  [
    "a bake is slept in slices",
    { steps: [bake({ status: "running" })], bakedSeconds: 30 },
    { next: "bake", seconds: 30 },
  ],
  [
    "the last slice is what is left",
    { steps: [bake({ status: "running" })], bakedSeconds: 60 },
    { next: "bake", seconds: 10 },
  ],
  [
    "a bake that is over takes a last look",
    { steps: [bake({ status: "running" })], bakedSeconds: 70 },
    { next: "check" },
  ],
  [
    "seconds of an earlier bake are not counted for the next",
    { steps: [bake({ status: "succeeded" }), bake({ seconds: 20 })], bakedSeconds: 70 },
    { next: "bake", seconds: 20 },
  ],
  ["a paused deployment holds", { status: "paused", steps: [batch()] }, HOLD],
  ["a pause holds before the next batch", { intent: word("pause"), steps: [batch()] }, HOLD],
  ["a pause interrupts a bake", { intent: word("pause"), steps: [bake({ status: "running" })] }, HOLD],
  [
    "a pause lets the replicas that are in the middle of their change finish",
    { intent: word("pause"), steps: [batch({ status: "running" })] },
    { next: "check" },
  ],
  [
    "a deployment paused in the middle of a step holds",
    { status: "paused", steps: [batch({ status: "running" })] },
    HOLD,
  ],
  [
    "an abort before anything changed is the end",
    { intent: word("abort"), steps: [batch()] },
    { next: "finish" },
  ],
  [
    "an abort afterwards goes back",
    { intent: word("abort"), changed: true, steps: [batch()] },
    { next: "rollBack" },
  ],
  [
    "an abort goes before a pause",
    { intent: word("abort"), changed: true, status: "paused", steps: [batch()] },
    { next: "rollBack" },
  ],
  [
    "nobody interrupts the way back",
    {
      status: "rolling_back",
      intent: word("abort"),
      changed: true,
      ending: { status: "rolled_back", reason: "web-1 is unhealthy" },
      steps: [batch({ rollback: true })],
    },
    { next: "apply" },
  ],
  [
    "too many rounds carry on in a fresh execution",
    { rounds: 1000, generation: 3, steps: [batch()] },
    { next: "carryOn", generation: 4 },
  ],
  ["one round less goes on", { rounds: 999, generation: 3, steps: [batch()] }, { next: "apply" }],
  ["the end needs no fresh execution", { rounds: 5000, steps: [] }, { next: "finish" }],
];

test.each(CASES)("%s", (_name, deployment, move) => {
  expect(nextMove(aDeployment(deployment), LIMITS)).toEqual(move);
});
