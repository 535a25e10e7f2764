// What every driver promises, whatever it drives. A harness brings the driver, a place for it to work on and releases
// of each nature; the suite asks nothing that only one kind could answer.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { instant } from "#core/clock.ts";
import type { Fleet } from "#core/domain/replica.ts";
import type { Step } from "#core/domain/step.ts";
import type { Driver, TargetContext } from "#core/driver/driver.ts";
import { expectPlayed, planTo, playStep, roll, watchStep } from "./roll.ts";

/** unhealthy: answers 500 on its health path. crashing: ends at its start. otherDigest: not what its release says. noArchive: a text file. */
export type Nature = "good" | "unhealthy" | "crashing" | "otherDigest" | "noArchive";

export type Harness = {
  driver: Driver;
  target: TargetContext;
  /** Registers a release of that nature, so that `target.release(version)` finds it. */
  makeRelease(version: string, nature: Nature): Promise<void>;
  /** Steady requests through the endpoint until stopped; where the place has a real one. */
  load?(endpoint: string): { stop(): Promise<{ sent: number; failed: number }> };
  close(): Promise<void>;
};

/** Words that the reason of each nature must hold. */
export type Reasons = Record<Exclude<Nature, "good">, RegExp>;

const BROKEN = { v3: "unhealthy", v4: "crashing", v5: "otherDigest", v6: "noArchive" } as const;

/** `restarts`: it has copies to restart. `cannotShow`: natures that cannot be told from a good release there, since nothing runs (test/foreign). */
export function driverContract(
  name: string,
  open: () => Promise<Harness>,
  reasons: Reasons,
  { cannotShow = [], restarts = true }: { cannotShow?: Nature[]; restarts?: boolean } = {},
): void {
  describe(`the ${name} driver`, () => {
    let harness: Harness;
    let driver: Driver;
    let target: TargetContext;
    const rollTo = (version: string | null, rollback = false) => roll(driver, target, version, rollback);

    beforeEach(async () => {
      harness = await open();
      ({ driver, target } = harness);
      await harness.makeRelease("v1", "good");
      await harness.makeRelease("v2", "good");
    });
    afterEach(() => harness.close());

    test("sees nothing where nothing is, and retires what never was", async () => {
      await expectNothing();
      await driver.retire(target);
      await expectNothing();
    });

    async function expectNothing(): Promise<void> {
      const fleet = await driver.inspect(target);
      expect(fleet.replicas).toEqual([]);
      expect(fleet.endpoint).toBeNull();
    }

    test("brings a first release to every replica, and has nothing more to do until it is retired, twice", async () => {
      expectPlayed(await rollTo("v1"));
      const fleet = await driver.inspect(target);
      expect(versionsOf(fleet)).toEqual(["v1"]);
      expect(fleet.replicas.every((one) => one.health === "healthy")).toBe(true);
      expect(fleet.traffic).toEqual([{ version: "v1", percent: 100 }]);
      expect(fleet.endpoint).toMatch(/^https?:\/\//);
      expect(await planTo(driver, target, "v1")).toEqual([]);
      expect(await driver.repair({ ...target, current: "v1" }, fleet)).toEqual([]);
      // Neither looking nor repairing what is right changed anything.
      expect(await driver.inspect(target)).toEqual(fleet);
      await driver.retire(target);
      await driver.retire(target);
      await expectNothing();
    });

    test("takes a step applied twice, and looked at after its end, as one", async () => {
      expectPlayed(await rollTo("v1"));
      for (const step of await planTo(driver, target, "v2")) {
        await driver.apply(target, step, null);
        const played = await playStep(driver, target, step);
        expectPlayed(played);
        const after = await driver.inspect(target);
        // With its memory it is only looked at; without, nothing that is right is changed.
        expect((await driver.apply(target, step, played.state)).phase).toBe("done");
        const again = await driver.apply(target, step, null);
        expectPlayed(await watchStep(driver, target, step, again));
        expect((await driver.inspect(target)).replicas).toEqual(after.replicas);
      }
    });

    test("carries a step on whose memory was lost", async () => {
      const step = await firstTouch(driver, target, "v1");
      await driver.apply(target, step, null);
      expectPlayed(await watchStep(driver, target, step, await driver.check(target, step, null)));
      expect(versionsOf(await driver.inspect(target))).toContain("v1");
    });

    test("replaces a release without a failed request, and goes back by planning", async () => {
      expectPlayed(await rollTo("v1"));
      const load = harness.load?.((await driver.inspect(target)).endpoint!);
      expectPlayed(await rollTo("v2"));
      expect(versionsOf(await driver.inspect(target))).toEqual(["v2"]);
      expectPlayed(await rollTo("v1", true));
      expect(versionsOf(await driver.inspect(target))).toEqual(["v1"]);
      const requests = await load?.stop();
      expect(requests?.failed ?? 0).toBe(0);
      if (requests) expect(requests.sent).toBeGreaterThan(0);
    });

    test.runIf(restarts)(
      "restarts every copy without a failed request, and leaves alone what is fresh already",
      async () => {
        expectPlayed(await rollTo("v1"));
        const before = await driver.inspect(target);
        // Hosts tell the start of a process by the second, rounded up.
        await target.clock.sleep(2000);
        const freshSince = instant(target.clock.now());
        const load = harness.load?.(before.endpoint!);
        const [first] = await planTo(driver, target, "v1", false, freshSince);
        expectPlayed(await playStep(driver, target, first!));
        // As if the plan had been made again in the middle.
        expectPlayed(await roll(driver, target, "v1", false, freshSince));
        const after = await driver.inspect(target);
        const requests = await load?.stop();
        expect(requests?.failed ?? 0).toBe(0);
        expect(versionsOf(after)).toEqual(["v1"]);
        expect(after.replicas.length).toBe(before.replicas.length);
        expect(after.replicas.every((one) => one.health === "healthy")).toBe(true);
        const started = after.replicas.map((one) => one.startedAt!).sort();
        expect(Date.parse(started[0]!)).toBeGreaterThanOrEqual(Date.parse(freshSince) - 1000);
        expect(await planTo(driver, target, "v1", false, freshSince)).toEqual([]);
        expect(await planTo(driver, target, "v1")).toEqual([]);
      },
    );

    test("carries on in the middle by planning again from what is live", async () => {
      expectPlayed(await rollTo("v1"));
      expectPlayed(await playStep(driver, target, await firstTouch(driver, target, "v2")));
      expectPlayed(await rollTo("v2"));
      expect(versionsOf(await driver.inspect(target))).toEqual(["v2"]);
    });

    const broken = Object.entries(BROKEN).filter(([, nature]) => !cannotShow.includes(nature));

    test("says why a release fails, whichever way it is broken, and leads back to a healthy fleet", async () => {
      expectPlayed(await rollTo("v1"));
      for (const [version, nature] of broken) {
        await harness.makeRelease(version, nature);
        const failed = await rollTo(version);
        expect(failed.ok, nature).toBe(false);
        expect(failed.reason).toMatch(reasons[nature]);
        expectPlayed(await rollTo("v1", true));
        const fleet = await driver.inspect(target);
        expect(versionsOf(fleet), nature).toEqual(["v1"]);
        expect(
          fleet.replicas.every((one) => one.health === "healthy"),
          nature,
        ).toBe(true);
      }
    });

    test("takes a first release that failed away again", async () => {
      await harness.makeRelease("v3", broken[0]![1]);
      expect((await rollTo("v3")).ok).toBe(false);
      await driver.retire(target);
      expect((await driver.inspect(target)).replicas).toEqual([]);
    });

    test("removes the target by planning to nothing", async () => {
      expectPlayed(await rollTo("v1"));
      expectPlayed(await rollTo(null));
      expect((await driver.inspect(target)).replicas).toEqual([]);
      expect(await planTo(driver, target, null)).toEqual([]);
    });
  });
}

/** The first step that touches a copy; what the release has to be prepared for is played before. */
async function firstTouch(driver: Driver, target: TargetContext, version: string): Promise<Step> {
  for (const step of await planTo(driver, target, version)) {
    if (step.type !== "prepare") return step;
    expectPlayed(await playStep(driver, target, step));
  }
  throw new Error(`nothing is planned to ${version}`);
}

function versionsOf(fleet: Fleet): (string | null)[] {
  return [...new Set(fleet.replicas.map((one) => one.version))];
}
