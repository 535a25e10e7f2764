// The promises of the contract (section 6), watched from outside: at every change that Tutti makes to what runs, at every write of a
// deployment, and at the end of the day. What nature breaks is nobody's fault; what is done about it is.
import type { Deployment } from "#core/domain/deployment.ts";
import { isEnded } from "#core/domain/deployment.ts";
import type { RolloutPolicy } from "#core/domain/spec.ts";
import type { Step } from "#core/domain/step.ts";
import type { Target } from "#core/domain/target.ts";
import { mayBecome } from "#core/rollout/statuses.ts";
import type { Seen, SimFleet, SimKind } from "./fleets.ts";
import type { SimTime } from "./time.ts";

/** What broke so lately cannot have been seen by whoever acts now: a task looks, and acts for a while. */
const UNSEEN_MS = 60_000;

export type Act = {
  /** The deployment, or nothing for a healing run. */
  deploymentId: string | null;
  verb: string;
  step?: Step;
  before: Map<string, Seen>;
  after: Map<string, Seen>;
};

export type Promises = ReturnType<typeof watchPromises>;

type Look = {
  time: SimTime;
  fleet: SimFleet;
  target(): Target | undefined;
  deployment(id: string): Deployment | undefined;
};

export function watchPromises({ time, fleet, target, deployment }: Look) {
  const broken: string[] = [];
  const diary: string[] = [];
  const brokenAt = new Map<string, number>();
  const clock = () => new Date(time.now()).toISOString().slice(11, 23);
  const note = (line: string) => void diary.push(`${clock()} ${line}`);
  const fail = (promise: number, what: string) => {
    const line = `promise ${promise}: ${what}`;
    note(`!!! ${line}`);
    broken.push(line);
  };

  function acted(act: Act): void {
    const changes = differences(act.before, act.after);
    if (changes.length === 0) return;
    note(`    ${act.deploymentId ?? "healing"} ${act.verb}: ${changes.join(", ")}`);
    const owner = target()?.lock?.owner ?? null;
    oneAtATime(act, owner);
    neverFewer(act, owner);
    neverEmpty(act);
  }

  function oneAtATime({ deploymentId, verb }: Act, owner: string | null): void {
    if (deploymentId !== null) {
      if (owner !== deploymentId)
        fail(6, `${deploymentId} changes what runs (${verb}) while ${owner} holds the lock`);
      return;
    }
    const lender = owner?.startsWith("dep_") ? deployment(owner) : undefined;
    const lent = lender?.lent !== undefined && Date.parse(lender.lent.until) > time.now();
    if (!owner?.startsWith("heal_") && !lent)
      fail(6, `healing changes what runs while ${owner} holds the lock`);
  }

  /** A side without traffic may go at once: nobody is served by it. */
  function neverFewer(act: Act, owner: string | null): void {
    const now = servingIn(act.after);
    if (now >= servingIn(act.before)) return;
    const one = deployment(act.deploymentId ?? owner ?? "");
    if (!one || isRemoval(one, act.step)) return;
    const desired = act.step?.rollback
      ? Math.min(one.health.desired, target()?.desired ?? 0)
      : one.health.desired;
    const floor = desired - unavailable(fleet.kind, one.spec.rollout, desired);
    const aside = new Set(one.failures.map((failure) => failure.replica)).size;
    const unseen = [...brokenAt].filter(
      ([id, at]) => time.now() - at < UNSEEN_MS && !act.after.get(id)?.healthy,
    ).length;
    if (now + aside + unseen >= floor) return;
    fail(
      3,
      `${now} healthy, at least ${floor} promised (${aside} set aside, ${unseen} just broken): ${one.id} ${act.verb} ${act.step?.label ?? ""}`,
    );
  }

  /** Where traffic goes by weight, no version has some of it without a copy that serves. */
  function neverEmpty({ before, after, verb, step }: Act): void {
    for (const [version, percent] of fleet.weights()) {
      if (percent === 0 || step?.version === null || healthyIn(after, version) > 0) continue;
      const just = [...brokenAt].some(
        ([id, at]) => after.get(id)?.version === version && time.now() - at < UNSEEN_MS,
      );
      const was = healthyIn(before, version) > 0 || (step?.type === "shift" && step.version === version);
      if (was && !just)
        fail(2, `${percent} % of the traffic goes to ${version}, of which no copy is healthy (${verb})`);
    }
  }

  function written(after: Deployment, before: Deployment | undefined): void {
    if (!before) return;
    if (after.revision !== before.revision + 1)
      fail(8, `${after.id}: revision ${before.revision} became ${after.revision}`);
    if (!mayBecome(before.status, after.status))
      fail(4, `${after.id} became ${after.status} after ${before.status}`);
    if (before.status !== after.status) note(`${after.id} ${after.version} ${after.status} ${after.reason}`);
    if (!isEnded(before.status) && isEnded(after.status)) ended(after);
  }

  function ended(one: Deployment): void {
    if (one.reason === "" || one.endedAt === null)
      fail(4, `${one.id} ended ${one.status} without a reason or a time`);
    const aside = new Set(one.failures.map((failure) => failure.replica));
    const expected =
      one.status === "succeeded"
        ? one.version
        : one.status === "rolled_back" && one.changed
          ? one.previousVersion
          : undefined;
    if (expected === undefined) return;
    const runs = [...fleet.copies().values()].some((copy) => copy.version === expected);
    if (one.status === "succeeded" && one.purpose !== "remove" && !runs)
      fail(4, `${one.id} succeeded, and nothing runs ${expected}`);
    const others = [...fleet.copies()].filter(([, copy]) => copy.version !== expected && copy.reachable);
    if (others.length <= aside.size) return;
    const words = others.map(([id, copy]) => `${id} runs ${copy.version}`).join(", ");
    fail(4, `${one.id} ended ${one.status}, and ${words} instead of ${expected}`);
  }

  return {
    broken,
    diary,
    note,
    fail,
    acted,
    written,
    brokeByNature: (before: Map<string, Seen>) => {
      const after = fleet.copies();
      for (const [id, copy] of before)
        if (copy.healthy && !after.get(id)?.healthy) brokenAt.set(id, time.now());
    },
  };
}

function servingIn(copies: Map<string, Seen>): number {
  return [...copies.values()].filter((one) => one.healthy && one.served).length;
}

function healthyIn(copies: Map<string, Seen>, version?: string): number {
  return [...copies.values()].filter(
    (one) => one.healthy && (version === undefined || one.version === version),
  ).length;
}

function isRemoval({ purpose, previousVersion, ending }: Deployment, step: Step | undefined): boolean {
  return purpose === "remove" || (previousVersion === null && ending !== null) || step === undefined;
}

/** The contract's table of kinds, in its own words: on servers the largest batch, capped by maxUnavailable. */
function unavailable(
  kind: SimKind,
  { strategy, batch, maxUnavailable }: RolloutPolicy,
  desired: number,
): number {
  const count = (amount: number | string) =>
    typeof amount === "number" ? amount : Math.floor((Number.parseFloat(amount) * desired) / 100);
  if (kind !== "server") return count(maxUnavailable);
  const entries = strategy === "allAtOnce" ? ["100%"] : [batch].flat();
  return Math.max(1, Math.min(Math.max(1, ...entries.map(count)), count(maxUnavailable)));
}

function differences(before: Map<string, Seen>, after: Map<string, Seen>): string[] {
  const said = (one: Seen | undefined) => (one ? `${one.version}${one.healthy ? "" : " ill"}` : "gone");
  const ids = new Set([...before.keys(), ...after.keys()]);
  return [...ids].flatMap((id) => {
    const [was, is] = [said(before.get(id)), said(after.get(id))];
    return was === is ? [] : [`${id} ${was} → ${is}`];
  });
}
