import fc from "fast-check";
import { expect, test } from "vitest";
import { resolveAmount } from "#core/plan/amount.ts";
import { aRollout } from "#test/support/a-deployment.ts";
import { percentsOf } from "./percents.ts";

const policy = (maxSurge: number | `${number}%`, maxUnavailable: number | `${number}%`) =>
  aRollout({ batch: "100%", maxSurge, maxUnavailable });

/** As ECS rounds them. */
function limits({ maximumPercent, minimumHealthyPercent }: ReturnType<typeof percentsOf>, desired: number) {
  return {
    most: Math.floor((desired * maximumPercent) / 100),
    least: Math.ceil((desired * minimumHealthyPercent) / 100),
  };
}

test("one more of three really fits, and one less of three is two", () => {
  expect(percentsOf(policy(1, 0), 3)).toEqual({ maximumPercent: 134, minimumHealthyPercent: 100 });
  expect(percentsOf(policy(0, 1), 3)).toEqual({ maximumPercent: 100, minimumHealthyPercent: 66 });
  expect(percentsOf(policy(3, 0), 3)).toEqual({ maximumPercent: 200, minimumHealthyPercent: 100 });
  expect(percentsOf(policy("25%", "25%"), 10)).toEqual({ maximumPercent: 130, minimumHealthyPercent: 80 });
});

test("batch caps the surge, unless all come at once", () => {
  const rollout = aRollout({ batch: [1, 2], maxSurge: "100%", maxUnavailable: 0 });
  expect(percentsOf(rollout, 4).maximumPercent).toBe(150);
  expect(percentsOf({ ...rollout, strategy: "allAtOnce" }, 4).maximumPercent).toBe(200);
});

const any = fc.record({
  desired: fc.integer({ min: 1, max: 100 }),
  surge: fc.integer({ min: 0, max: 120 }),
  away: fc.integer({ min: 0, max: 100 }),
});

test("up to 100 copies, ECS keeps to exactly what the manifest says", () => {
  fc.assert(
    fc.property(any, ({ desired, surge, away }) => {
      const found = limits(percentsOf(policy(surge, away), desired), desired);
      const capped = Math.min(surge, desired);
      expect(found).toEqual({ most: desired + capped, least: Math.max(0, desired - away) });
    }),
  );
});

test("of however many, never fewer stay healthy than promised, and some copy can always move", () => {
  const many = fc.record({
    desired: fc.integer({ min: 1, max: 5000 }),
    surge: fc.integer({ min: 1, max: 300 }),
    away: fc.integer({ min: 0, max: 300 }),
  });
  fc.assert(
    fc.property(many, ({ desired, surge, away }) => {
      const rollout = policy(surge, away);
      const { most, least } = limits(percentsOf(rollout, desired), desired);
      expect(least).toBeGreaterThanOrEqual(desired - resolveAmount(away, desired));
      expect(most).toBeGreaterThan(least - (most > desired ? 0 : 1));
      expect(most > desired || least < desired).toBe(true);
    }),
  );
});
