import fc from "fast-check";
import { expect, test } from "vitest";
import { instant } from "../clock.ts";
import { type Healing, NOTHING_WRONG } from "../domain/healing.ts";
import { CAPABILITIES } from "../driver/capabilities.ts";
import { type FleetInput, judgeFleet } from "./judge-fleet.ts";
import { HEALING } from "./policy.ts";

const NOW = Date.UTC(2026, 0, 5, 12);
const BOTH = ["restart", "replace"] as const;
const NONE = { broken: [], anomalous: [] };

function anInput({
  broken = [],
  ...overrides
}: Partial<FleetInput> & { broken?: FleetInput["broken"] } = {}): FleetInput {
  const ids = ["a", "b", "c", "d"];
  const bad = new Set(broken.map((one) => one.replica));
  return {
    policy: HEALING,
    repairs: { broken: BOTH, anomalous: BOTH },
    maxUnavailable: 1,
    desired: 4,
    replicas: ids.map((id) => ({ id, health: bad.has(id) ? "unhealthy" : "healthy" })),
    broken,
    healing: NOTHING_WRONG,
    asked: false,
    watchedUntilMs: null,
    ...overrides,
  };
}

const sick = (replica: string, dead = false) => ({ replica, dead, detail: "GET /healthz answered 500" });
const later = (seconds: number) => NOW + seconds * 1000;
const patient = (replica: string, repairs: number, secondsAgo: number) => ({
  replica,
  brokenSince: instant(NOW - 1000 * secondsAgo),
  repairs,
  repairedAt: instant(NOW - 1000 * secondsAgo),
});
const remembering = (...patients: Healing["patients"]): Healing => ({ ...NOTHING_WRONG, patients });

test("where nothing is broken nothing is remembered, ordered or told", () => {
  expect(judgeFleet(anInput(), NOW)).toEqual({
    healing: NOTHING_WRONG,
    orders: [],
    degraded: null,
    held: null,
    goBack: null,
  });
});

test("the first repair is a restart, at once; the second a replacement, after the pause", () => {
  const first = judgeFleet(anInput({ broken: [sick("a")] }), NOW);
  expect(first.orders).toEqual([{ replica: "a", measure: "restart" }]);
  const again = anInput({ broken: [sick("a")], healing: first.healing });
  expect(judgeFleet(again, later(29)).orders).toEqual([]);
  expect(judgeFleet(again, later(30)).orders).toEqual([{ replica: "a", measure: "replace" }]);
});

test("an app that breaks again after each repair gets five, after pauses of 30 s, 1, 2 and 4 min; then it is degraded", () => {
  let healing: Healing = NOTHING_WRONG;
  const repairedAt: number[] = [];
  let degraded: string | null = null;
  for (let second = 0; second <= 7200; second += 10) {
    const verdict = judgeFleet(anInput({ broken: [sick("a")], healing }), later(second));
    if (verdict.orders.length > 0) repairedAt.push(second);
    ({ healing, degraded } = verdict);
  }
  expect(repairedAt).toEqual([0, 30, 90, 210, 450]);
  expect(degraded).toBe(
    "a is broken still after 5 repairs (GET /healthz answered 500). Nothing more is tried: deploy a release that works, or ask for one more pass (tutti heal).",
  );
});

test("whoever asks gets one more repair, whatever was tried before", () => {
  const healing = remembering(patient("a", 5, 1));
  const asked = anInput({ broken: [sick("a")], healing, asked: true });
  expect(judgeFleet(asked, NOW).orders).toEqual([{ replica: "a", measure: "replace" }]);
  expect(judgeFleet({ ...asked, asked: false }, NOW).orders).toEqual([]);
});

test("a copy that takes a patient's place goes on where that one stopped", () => {
  const healing = remembering(patient("gone", 2, 10));
  const input = anInput({ broken: [sick("a")], healing });
  expect(judgeFleet(input, NOW)).toMatchObject({
    orders: [],
    healing: { patients: [{ replica: "a", repairs: 2 }] },
  });
});

test("a patient that stays well for four pauses is forgotten", () => {
  const healing = remembering(patient("a", 1, 0));
  const kept = judgeFleet(anInput({ healing }), later(119)).healing.patients;
  expect(kept).toEqual([{ replica: "a", brokenSince: null, repairs: 1, repairedAt: instant(NOW) }]);
  expect(judgeFleet(anInput({ healing }), later(120)).healing.patients).toEqual([]);
});

test("of several that are broken as many are repaired at once as may be away, the longest broken first", () => {
  const policy = { ...HEALING, maxUnhealthyPercent: 100 };
  const broken = [sick("a"), sick("b"), sick("c")];
  const healing = remembering({ replica: "c", brokenSince: instant(NOW - 1), repairs: 0, repairedAt: null });
  const order = (maxUnavailable: FleetInput["maxUnavailable"]) =>
    judgeFleet(anInput({ policy, broken, healing, maxUnavailable }), NOW).orders.map((one) => one.replica);
  expect([order(0), order(1), order("50%")]).toEqual([["c"], ["c"], ["c", "a"]]);
});

test("none is replaced while the place of another is empty", () => {
  const healing = remembering(patient("a", 1, 3600));
  const input = anInput({ broken: [sick("a")], healing, desired: 5 });
  expect(judgeFleet(input, NOW).orders).toEqual([]);
  expect(judgeFleet({ ...input, desired: 4 }, NOW).orders).toEqual([{ replica: "a", measure: "replace" }]);
});

test("more than half broken at once is held and told; what has ended is started, what runs is not touched", () => {
  const broken = [sick("a"), sick("b"), sick("c", true)];
  const verdict = judgeFleet(anInput({ broken }), NOW);
  expect(verdict.orders).toEqual([{ replica: "c", measure: "restart" }]);
  expect(verdict.held).toBe(
    "3 of 4 copies are broken at once, more than 50% (GET /healthz answered 500). That looks like something they all depend on, so nothing is replaced: mend that, and they come back.",
  );
  expect(verdict).toMatchObject({
    degraded: verdict.held,
    healing: { heldSince: instant(NOW), degraded: true },
  });
  const after = judgeFleet(anInput({ healing: verdict.healing }), later(300));
  expect(after).toMatchObject({ held: null, degraded: null, healing: NOTHING_WRONG });
});

test("one copy that is all there is is no mass failure", () => {
  const alone = { replicas: [{ id: "a", health: "unhealthy" as const }], desired: 1 };
  expect(judgeFleet(anInput({ broken: [sick("a")], ...alone }), NOW)).toMatchObject({
    held: null,
    orders: [{ replica: "a", measure: "restart" }],
  });
});

test("where the platform replaces what is broken by itself, one that only the load balancer finds ill is replaced, with pauses and a limit", () => {
  const repairs = { broken: [], anomalous: ["replace"] } as const;
  const broken = [sick("a"), { ...sick("b"), anomalous: true }];
  const first = judgeFleet(anInput({ repairs, maxUnavailable: 2, broken }), NOW);
  expect(first.orders).toEqual([{ replica: "b", measure: "replace" }]);
  expect(first.degraded).toBeNull();
  const healing = remembering(patient("b", 5, 3600));
  const again = anInput({ repairs, broken: [{ ...sick("b"), anomalous: true }], healing });
  expect(judgeFleet(again, NOW).orders).toEqual([]);
  expect(judgeFleet(again, NOW).degraded).toMatch(/^b is broken still after 5 repairs/);
});

test("where the platform replaces copies nothing is ordered, and a copy that stays broken is told", () => {
  const first = judgeFleet(anInput({ repairs: NONE, broken: [sick("a")] }), NOW);
  expect([first.orders, first.degraded]).toEqual([[], null]);
  const second = judgeFleet(
    anInput({ repairs: NONE, broken: [sick("a")], healing: first.healing }),
    later(60),
  );
  expect(second.degraded).toBe(
    "a is broken (GET /healthz answered 500); the platform starts copies by itself, so it is the release or what it needs.",
  );
});

test("a release that is watched goes back when a repair did not help, or when many fall at once, and not after its time", () => {
  const healing = remembering(patient("a", 1, 10));
  const watched = anInput({ broken: [sick("a")], healing, watchedUntilMs: later(60) });
  expect(judgeFleet(watched, NOW)).toMatchObject({
    goBack: "a is broken again after a repair (GET /healthz answered 500).",
    orders: [],
  });
  expect(judgeFleet(watched, later(60)).goBack).toBe(null);
  expect(judgeFleet({ ...watched, healing: NOTHING_WRONG }, NOW).goBack).toBe(null);
  const many = anInput({ broken: [sick("a"), sick("b"), sick("c")], watchedUntilMs: later(60) });
  expect(judgeFleet(many, NOW)).toMatchObject({ orders: [], goBack: expect.stringContaining("3 of 4") });
});

const DAY = 86_400;
const event = fc.record({
  afterSeconds: fc.integer({ min: 1, max: 600 }),
  broken: fc.subarray(["a", "b", "c", "d"]),
  dead: fc.subarray(["a", "b", "c", "d"]),
});

test("whatever happens: repairs of one row stay within the limit, pauses hold, nothing that runs is touched in a mass failure", () => {
  fc.assert(
    fc.property(
      fc.array(event, { maxLength: 60 }),
      fc.constantFrom(...(["0%", "50%", 1] as const)),
      (events, maxUnavailable) => {
        let healing: Healing = NOTHING_WRONG;
        let second = 0;
        for (const { afterSeconds, broken, dead } of events) {
          second += afterSeconds;
          const seen = broken.map((id) => sick(id, dead.includes(id)));
          const before = new Map(healing.patients.map((one) => [one.replica, one]));
          const verdict = judgeFleet(anInput({ broken: seen, healing, maxUnavailable }), later(second));
          for (const { replica, measure } of verdict.orders) {
            const { repairs = 0, repairedAt = null } = before.get(replica) ?? {};
            expect(broken).toContain(replica);
            expect(repairs).toBeLessThan(HEALING.maxRepairs);
            if (repairedAt !== null)
              expect(later(second) - Date.parse(repairedAt)).toBeGreaterThanOrEqual(
                30_000 * 2 ** (repairs - 1),
              );
            if (verdict.held !== null)
              expect([measure, dead]).toEqual(["restart", expect.arrayContaining([replica])]);
          }
          const running = verdict.orders.filter(({ replica }) => !dead.includes(replica));
          expect(running.length).toBeLessThanOrEqual(maxUnavailable === "50%" ? 2 : 1);
          expect(verdict.healing.degraded).toBe(verdict.degraded !== null);
          ({ healing } = verdict);
        }
        // Nobody is a patient for ever: a day of health forgets all.
        expect(judgeFleet(anInput({ healing }), later(second + DAY)).healing).toEqual(NOTHING_WRONG);
      },
    ),
  );
});

test("judged again with nothing new, it remembers the same: nothing is written", () => {
  const fleets = fc.subarray(["a", "b", "c", "d"]);
  fc.assert(
    fc.property(fleets, (broken) => {
      const input = anInput({ broken: broken.map((id) => sick(id)), policy: { ...HEALING, maxRepairs: 0 } });
      const first = judgeFleet(input, NOW);
      const second = judgeFleet({ ...input, healing: first.healing }, later(60));
      const third = judgeFleet({ ...input, healing: second.healing }, later(120));
      expect(third).toEqual(second);
    }),
  );
});

const erring = (errorPercent: number) => [
  {
    replica: "v1",
    dead: false,
    detail: "more than 5% of its answers are errors",
    anomalous: true,
    errorPercent,
  },
];
/** A function is one replica, which stands for all of its environments. */
const aFunction = (over: Parameters<typeof anInput>[0] = {}) =>
  anInput({
    ...{ repairs: CAPABILITIES.function.repairs, desired: 1 },
    replicas: [{ id: "v1", health: "healthy" }],
    broken: erring(11),
    ...over,
  });

test("a function that answers badly gets fresh environments, after pauses that double and so often at most; then it is degraded", () => {
  const policy = { ...HEALING, maxRepairs: 2 };
  const first = judgeFleet(aFunction({ policy }), NOW);
  expect(first.orders).toEqual([{ replica: "v1", measure: "restart" }]);
  const again = aFunction({ policy, healing: first.healing });
  expect(judgeFleet(again, later(29)).orders).toEqual([]);
  const second = judgeFleet(again, later(30));
  expect(second.orders).toEqual([{ replica: "v1", measure: "restart" }]);
  const given = judgeFleet(aFunction({ policy, healing: second.healing }), later(90));
  expect([given.orders, given.degraded]).toEqual([
    [],
    "v1 is broken still after 2 repairs (more than 5% of its answers are errors). Nothing more is tried: deploy a release that works, or ask for one more pass (tutti heal).",
  ]);
});

test("a function of which most answers are bad is held, in words that stay the same, and comes back by itself", () => {
  const held = judgeFleet(aFunction({ broken: erring(51) }), NOW);
  expect([held.orders, held.goBack]).toEqual([[], null]);
  expect(held.degraded).toMatch(/^More than 50% of the answers of v1 are errors\. .* nothing is restarted/);
  const worse = judgeFleet(aFunction({ broken: erring(99), healing: held.healing }), later(60));
  expect([worse.degraded, worse.healing]).toEqual([held.degraded, held.healing]);
  expect(judgeFleet(aFunction({ broken: [], healing: held.healing }), later(120)).healing).toEqual(
    NOTHING_WRONG,
  );
  expect(judgeFleet(aFunction({ broken: erring(50) }), NOW).held).toBeNull();
});

test("a function's release that answers badly while it is watched goes back: most answers at once, a part of them after a repair", () => {
  const watchedUntilMs = later(600);
  const most = judgeFleet(aFunction({ broken: erring(80), watchedUntilMs }), NOW);
  expect([most.goBack === most.held, most.orders]).toEqual([true, []]);
  const first = judgeFleet(aFunction({ watchedUntilMs }), NOW);
  expect([first.goBack, first.orders.length]).toEqual([null, 1]);
  expect(judgeFleet(aFunction({ watchedUntilMs, healing: first.healing }), later(60)).goBack).toBe(
    "v1 is broken again after a repair (more than 5% of its answers are errors).",
  );
});
