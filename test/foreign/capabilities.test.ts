// Asks the judge for each capability and holds its answer against lacks.ts.
import { describe, expect, inject, test } from "vitest";
import { CAPABILITIES } from "./capabilities/all.ts";
import { ask, WORKS } from "./capabilities/probe.ts";
import { LACKS, lackOf } from "./lacks.ts";

declare module "vitest" {
  interface TaskMeta {
    asked?: { service: string; capability: string; answer: string };
  }
}

const judge = inject("judge");

for (const [service, probes] of Object.entries(CAPABILITIES)) {
  describe(service, () => {
    for (const [capability, probe] of Object.entries(probes)) {
      const lack = lackOf(judge.name, service, capability);
      test.concurrent(lack ? `lacks: ${capability} (${lack.answers})` : capability, async ({ task }) => {
        const answer = await ask(probe);
        task.meta.asked = { service, capability, answer };
        const learnt = `${judge.name} has learnt it: take its line "${capability}" out of lacks.ts`;
        if (lack && answer === WORKS) expect.fail(learnt);
        expect(answer).toBe(lack?.answers ?? WORKS);
      });
    }
  });
}

test("every line in lacks.ts names a capability that is asked for", () => {
  const unknown = LACKS.filter((one) => !CAPABILITIES[one.service]?.[one.capability]);
  expect(unknown).toEqual([]);
});
