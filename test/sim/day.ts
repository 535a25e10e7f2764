// A random day, from its seed alone: releases good and bad by every strategy, words of operators, repairs, scaling, hosts that come
// and go, calls that are lost, and processes that die. In the evening everything is calm; then what was promised must be so.

import type { Deployment } from "#core/domain/deployment.ts";
import { isEnded } from "#core/domain/deployment.ts";
import type { Target } from "#core/domain/target.ts";
import type { RolloutOverride } from "#core/manifest/rollout-schema.ts";
import type { Manifest } from "#core/manifest/schema.ts";
import { specFor } from "#core/manifest/spec-for.ts";
import { allowedActions } from "#core/rollout/statuses.ts";
import { act } from "#engine/act.ts";
import { followUp } from "#engine/heal/follow-up.ts";
import type { HealOutcome } from "#engine/heal/heal.ts";
import { type Submission, submit } from "#engine/submit.ts";
import type { SimKind } from "./fleets.ts";
import { MIDNIGHT_MS, openHouse, quietly, type SimHouse } from "./house.ts";
import { FAIR, type Weather } from "./process.ts";

const MINUTE_MS = 60_000;
const CALL_LIFE_MS = 30_000;
const SHOP = { app: "shop", environment: "prod" };

export type Day = {
  seed: number;
  kind: SimKind;
  broken: string[];
  diary: string[];
  deployments: Record<string, number>;
};

export async function playDay(seed: number): Promise<Day> {
  const kind = (["server", "vm", "container"] as const)[seed % 3]!;
  const copies = 2 + (seed % 4);
  const house = await openHouse(seed, kind, copies);
  const { promises, time, chance } = house;
  const day = dayIn(house, copies);
  await day.begin();
  promises.note(`a day of a ${kind} with ${copies} copies`);
  const hours = chance.whole(1, 3);
  day.hang(weathers(chance.next()), hours * 60 * MINUTE_MS);
  await time.runUntil(MIDNIGHT_MS + hours * 60 * MINUTE_MS);
  await day.evening();
  await house.close();
  return { seed, kind, broken: promises.broken, diary: promises.diary, deployments: day.tally() };
}

function weathers(mood: number): Weather {
  if (mood < 0.2) return { ...FAIR, slow: 0.01 };
  if (mood < 0.6) return { lost: 0.004, silent: 0.0005, deadly: 0.001, slow: 0.01, repeated: 0.02 };
  return { lost: 0.02, silent: 0.002, deadly: 0.004, slow: 0.03, repeated: 0.08 };
}

function dayIn(house: SimHouse, copies: number) {
  const { chance, time, fleet, weather, table, promises } = house;
  let versions = 0;
  const target = () => table.peek("TARGET#shop/prod", "TARGET") as Target | undefined;
  const deployments = () =>
    [...new Set(ids)].flatMap(
      (id) => (table.peek(`DEPLOYMENT#${id}`, "DEPLOYMENT") as Deployment | undefined) ?? [],
    );
  const ids: string[] = [];
  const every = (leastMs: number, mostMs: number, untilMs: number, what: () => unknown) => {
    const again = () => {
      if (time.now() >= untilMs) return;
      what();
      time.after(chance.whole(leastMs, mostMs), again);
    };
    time.after(chance.whole(0, mostMs), again);
  };

  function manifestOf(replicas: number): Manifest {
    const { kind } = fleet;
    return {
      app: "shop",
      kind,
      port: 8080,
      replicas,
      ...(kind === "container" ? {} : { start: "node app.js" }),
      health: {
        intervalSeconds: 1,
        healthyThreshold: chance.whole(1, 2),
        unhealthyThreshold: 2,
        graceSeconds: 10,
      },
      healing: {
        maxRepairs: chance.whole(1, 5),
        pauseSeconds: chance.whole(1, 60),
        watchSeconds: chance.pick([0, 0, 600]),
      },
    } as Manifest;
  }

  function rolloutOf(): RolloutOverride {
    const { kind } = fleet;
    const strategies = {
      server: ["rolling", "allAtOnce"],
      vm: ["rolling", "blueGreen", "allAtOnce"],
      container: ["rolling", "blueGreen", "canary", "allAtOnce"],
    };
    const strategy = chance.pick(strategies[kind]);
    const rolling = strategy === "rolling";
    return {
      strategy,
      drainSeconds: 0,
      deadlineSeconds: 120,
      bakeSeconds: chance.pick([0, 0, 20, 50]),
      approval: chance.pick(["none", "none", "none", "before", "eachStep"]),
      onFailure: chance.pick(["rollback", "rollback", "pause"]),
      onConflict: chance.pick(["queue", "queue", "reject", "supersede"]),
      maxFailures: chance.pick([0, 0, 1, "50%"]),
      ...(rolling && kind !== "container" ? { batch: chance.pick([1, 2, "50%", [1, "50%"]]) } : {}),
      ...(kind === "server" || !rolling
        ? {}
        : { maxSurge: chance.pick([1, 2, "50%"]), maxUnavailable: chance.pick([0, 0, 1]) }),
      ...(kind === "server" && rolling ? { maxUnavailable: chance.pick([1, "50%", "100%"]) } : {}),
    } as RolloutOverride;
  }

  async function release(
    behaviour = chance.pick(["good", "good", "good", "unhealthy", "crashes", "badArtifact"] as const),
  ) {
    const version = `v${++versions}`;
    fleet.behaviours[version] = behaviour;
    const manifest = manifestOf(chance.hits(0.8) ? copies : chance.whole(2, copies));
    const at = new Date(time.now()).toISOString();
    await house.inProcess("release", CALL_LIFE_MS, ({ store }) =>
      store.releases.create({
        id: `rel_${version}`,
        app: "shop",
        version,
        artifact: { uri: `s3://artifacts/${version}.tar.gz`, sha256: version },
        manifest: manifest as never,
        createdAt: at,
        createdBy: "ann",
      }),
    );
    return { version, manifest };
  }

  async function deploy(asked: Partial<Submission> & Pick<Submission, "version" | "spec">): Promise<void> {
    promises.note(
      `somebody deploys ${asked.version} ${asked.trigger ?? ""} ${asked.purpose ?? ""} ${JSON.stringify(asked.spec.rollout)}`,
    );
    await house.inProcess("api", CALL_LIFE_MS, async (deps) => {
      const id = deps.ids("dep");
      ids.push(id);
      await submit(deps, { ...SHOP, createdBy: "ann", trigger: "api", id, ...asked });
    });
  }

  async function releaseAndDeploy(behaviour?: "good"): Promise<void> {
    const { version, manifest } = await release(behaviour);
    await deploy({ version, spec: specFor(manifest, "prod", rolloutOf()) });
  }

  async function specOfCurrent() {
    const { release: version } = target() ?? {};
    if (!version) return null;
    const item = table.peek("APP#shop", `RELEASE#${version}`) as { manifest: Manifest } | undefined;
    return item ? { version, spec: specFor(item.manifest, "prod") } : null;
  }

  async function again(purpose: "scale" | "restart"): Promise<void> {
    const current = await specOfCurrent();
    if (!current) return;
    const { version, spec } = current;
    const replicas = purpose === "scale" ? chance.whole(1, copies) : spec.replicas;
    await deploy({ version, purpose, trigger: purpose, spec: { ...spec, replicas } });
  }

  async function rollBackTo(version: string): Promise<void> {
    const item = table.peek("APP#shop", `RELEASE#${version}`) as { manifest: Manifest };
    await deploy({ version, trigger: "rollback", wayBack: true, spec: specFor(item.manifest, "prod") });
  }

  async function earlier(): Promise<void> {
    const [, ...before] = target()?.history ?? [];
    if (before.length > 0) await rollBackTo(chance.pick(before));
  }

  async function word(): Promise<void> {
    const open = deployments().filter(({ status }) => !isEnded(status));
    if (open.length === 0) return;
    const one = chance.pick(open);
    const allowed = allowedActions(one);
    if (allowed.length === 0) return;
    const action = chance.pick(allowed);
    promises.note(`somebody says ${action} to ${one.id}`);
    await house.inProcess("api", CALL_LIFE_MS, (deps) => act(deps, one.id, { action, actor: "ann" }));
  }

  async function healNow(): Promise<void> {
    if (!target()) return;
    await house.inProcess("heal", 300_000, async (deps) => {
      const run = (await deps.drivers.invoke(fleet.kind, {
        verb: "heal",
        ...SHOP,
        trigger: "cli",
        survey: true,
      })) as HealOutcome;
      await followUp(deps, run);
    });
  }

  function nature(): void {
    fleet.ripen();
    const before = fleet.copies();
    promises.note(`nature: ${fleet.nature()}`);
    promises.brokeByNature(before);
  }

  /** Everybody falls ill, and is well again some minutes later. */
  function outage(): void {
    const version = target()?.release;
    if (!version || fleet.behaviours[version] !== "good") return;
    const before = fleet.copies();
    fleet.behaviours[version] = "unhealthy";
    promises.note(`what ${version} needs is gone`);
    promises.brokeByNature(before);
    time.after(chance.whole(2, 15) * MINUTE_MS, () => {
      fleet.behaviours[version] = "good";
      promises.note(`what ${version} needs is back`);
    });
  }

  async function stopSomething(): Promise<void> {
    const open = deployments().filter(({ status }) => !isEnded(status));
    if (open.length === 0) return;
    const { id, generation } = chance.pick(open);
    promises.note(`the execution of ${id} is stopped`);
    await house.stop(`${id}-${generation}`);
  }

  return {
    async begin(): Promise<void> {
      await running(house, async () => {
        await house.inProcess("api", CALL_LIFE_MS, ({ store }) =>
          store.environments.put({ name: "prod", pools: {}, updatedAt: new Date(MIDNIGHT_MS).toISOString() }),
        );
        await releaseAndDeploy("good");
      });
    },
    /** What happens until then. */
    hang(worse: Weather, forMs: number): void {
      const untilMs = MIDNIGHT_MS + forMs;
      const soon = (work: () => Promise<unknown>) => () => void quietly(work());
      time.after(5 * MINUTE_MS, () => Object.assign(weather, worse));
      every(MINUTE_MS, MINUTE_MS, untilMs, () => void house.sweepOnce(true));
      every(
        4 * MINUTE_MS,
        30 * MINUTE_MS,
        untilMs,
        soon(() => releaseAndDeploy()),
      );
      every(5 * MINUTE_MS, 40 * MINUTE_MS, untilMs, nature);
      every(2 * MINUTE_MS, 12 * MINUTE_MS, untilMs, soon(word));
      every(
        20 * MINUTE_MS,
        80 * MINUTE_MS,
        untilMs,
        soon(() => again(chance.pick(["scale", "restart"]))),
      );
      every(20 * MINUTE_MS, 80 * MINUTE_MS, untilMs, soon(earlier));
      every(20 * MINUTE_MS, 60 * MINUTE_MS, untilMs, soon(healNow));
      every(30 * MINUTE_MS, 120 * MINUTE_MS, untilMs, outage);
      every(20 * MINUTE_MS, 90 * MINUTE_MS, untilMs, soon(stopSomething));
    },
    evening: () => evening(house, { target, deployments, healNow, rollBackTo, releaseAndDeploy }),
    tally: () => {
      const counts: Record<string, number> = {};
      for (const { status } of deployments()) counts[status] = (counts[status] ?? 0) + 1;
      return counts;
    },
  };
}

/** Plays on until it is done. */
async function running<T>(house: SimHouse, work: () => Promise<T>): Promise<T> {
  let done = false;
  const answer = work().finally(() => {
    done = true;
  });
  answer.catch(() => {});
  while (!done) await house.time.runUntil(house.time.now() + 1_000);
  return answer;
}

type Evening = {
  target(): Target | undefined;
  deployments(): Deployment[];
  healNow(): Promise<void>;
  rollBackTo(version: string): Promise<void>;
  releaseAndDeploy(behaviour: "good"): Promise<void>;
};

const PATIENCE_MINUTES = 240;

async function evening(
  house: SimHouse,
  { target, deployments, healNow, rollBackTo }: Evening,
): Promise<void> {
  const { time, weather, fleet, promises } = house;
  Object.assign(weather, FAIR);
  fleet.calm();
  promises.note("it is evening");
  const isQuiet = () => {
    const one = target();
    return (
      !one ||
      (one.lock === null && one.queue.length === 0 && deployments().every(({ status }) => isEnded(status)))
    );
  };
  const calmly = async (holds: () => boolean, minutes: number) => {
    for (let minute = 0; minute < minutes && !holds(); minute++) {
      await running(house, () => house.sweepOnce(true));
      await quietly(running(house, () => goOn(house, deployments(), minute < 5 ? "resume" : "abort")));
      await time.runUntil(time.now() + MINUTE_MS);
    }
  };
  await calmly(isQuiet, PATIENCE_MINUTES);
  if (!isQuiet()) {
    const left = deployments().filter(({ status }) => !isEnded(status));
    promises.fail(
      4,
      `no end: ${JSON.stringify(left.map(({ id, status, generation, rounds }) => ({ id, status, generation, rounds })))}, lock ${JSON.stringify(target()?.lock)}, queue ${JSON.stringify(target()?.queue)}`,
    );
    return;
  }
  eventsInOrder(house, deployments());
  await wellAgain();
  await anyEarlier();

  /** What runs is what the target says, and all of it is well where the release is. */
  async function wellAgain(): Promise<void> {
    const one = target();
    if (
      !one?.release ||
      fleet.behaviours[one.release] !== "good" ||
      deployments().some(({ status }) => status === "failed")
    )
      return;
    const isWell = () => {
      fleet.ripen();
      const copies = [...fleet.copies().values()];
      return (
        isQuiet() &&
        target()?.degraded === null &&
        copies.every((copy) => copy.healthy && copy.version === target()?.release)
      );
    };
    await calmly(isWell, 15);
    if (!isWell()) await running(house, healNow);
    await calmly(isWell, 15);
    // Nothing is replaced where all have broken at once: that is told, and somebody does what it asks for.
    if (!isWell() && target()?.healing?.heldSince) await running(house, () => rollBackTo(one.release!));
    await calmly(isWell, 15);
    if (!isWell())
      promises.fail(
        4,
        `not well again: ${JSON.stringify({ release: target()?.release, degraded: target()?.degraded, healing: target()?.healing })}, ${JSON.stringify([...fleet.copies()])}`,
      );
  }

  async function anyEarlier(): Promise<void> {
    const good = (target()?.history ?? []).filter((version) => fleet.behaviours[version] === "good");
    const version = good.at(-1);
    if (!version) return;
    await running(house, () => rollBackTo(version));
    await calmly(isQuiet, 60);
    const last = deployments().at(-1);
    if (last?.status !== "succeeded")
      promises.fail(5, `going back to ${version} ended ${last?.status}: ${last?.reason}`);
    if (target()?.lock !== null) promises.fail(4, "the lock is not free in the end");
  }
}

/** Whoever waits for a person gets a word. */
async function goOn(house: SimHouse, deployments: Deployment[], word: "resume" | "abort"): Promise<void> {
  for (const one of deployments) {
    const action =
      one.status === "paused" ? word : one.status === "awaiting_approval" ? ("approve" as const) : null;
    if (action)
      await quietly(
        house.inProcess("api", CALL_LIFE_MS, (deps) => act(deps, one.id, { action, actor: "bob" })),
      );
  }
}

function eventsInOrder({ table, promises }: SimHouse, deployments: Deployment[]): void {
  for (const { id } of deployments) {
    const seqs = table
      .peekAll(`DEPLOYMENT#${id}`)
      .filter((item) => String(item.sk).startsWith("EVENT#"))
      .map((item) => item.seq as number);
    const gap = seqs.findIndex((seq, index) => index > 0 && seq !== seqs[index - 1]! + 1);
    if (gap >= 0) promises.fail(8, `${id}: event ${seqs[gap]} comes after ${seqs[gap - 1]}`);
  }
}
