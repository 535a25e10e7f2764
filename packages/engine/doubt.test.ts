import { expect, test } from "vitest";
import type { Deployment } from "#core/domain/deployment.ts";
import { aDeployment } from "#test/support/a-deployment.ts";
import type { ControlDeps } from "./deps.ts";
import { handOverAtMs, noteDoubt } from "./doubt.ts";

const END_MS = Date.parse("2026-01-05T12:10:00.000Z");

function ended(doubtAt?: string): Deployment {
  const endedAt = new Date(END_MS).toISOString();
  return { ...aDeployment({ status: "succeeded", endedAt }), ...(doubtAt ? { doubtAt } : {}) };
}

test("the target of one without doubt changes hands at once, and so it does where an earlier attempt cannot live any more", () => {
  expect(handOverAtMs(ended())).toBe(0);
  expect(handOverAtMs(ended("2026-01-05T12:04:59.999Z"))).toBe(0);
  expect(handOverAtMs(ended("2026-01-05T12:05:00.000Z"))).toBe(END_MS + 15_000);
});

const cases: [string, Parameters<typeof noteDoubt>[1]["verb"], number | undefined, boolean][] = [
  ["a second attempt of a verb that changes something", "check", 1, true],
  ["a first attempt", "check", 0, false],
  ["an execution of an earlier version, which does not say", "apply", undefined, false],
  ["one that only plans", "plan", 2, false],
  ["a shard that is asked again", "play", 3, false],
];

for (const [name, verb, retry, isWritten] of cases)
  test(`${name} ${isWritten ? "is written down" : "writes nothing"}`, async () => {
    let kept: Deployment | undefined;
    const change = async (_id: string, how: (before: Deployment) => { deployment: Deployment } | null) => {
      kept = how(aDeployment({ status: "running" }))?.deployment;
      return kept;
    };
    const deps = {
      clock: { now: () => END_MS },
      store: { deployments: { change } },
    } as unknown as ControlDeps;
    const { id, generation } = aDeployment();
    await noteDoubt(deps, { verb, deploymentId: id, generation, retry, shard: 0 } as never);
    expect(kept?.doubtAt).toBe(isWritten ? new Date(END_MS).toISOString() : undefined);
  });
