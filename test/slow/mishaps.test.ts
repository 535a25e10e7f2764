// Every task of the workflow made to fail once, to lose its answer, to run twice, to hang, and to fail for good: there
// is always an end, and the lock is always released. Where the workflow itself cannot get there, the sweep does.
import { afterEach, expect, test } from "vitest";
import { isEnded } from "#core/domain/deployment.ts";
import { LOG_MESSAGES } from "#core/rollout/log-messages.ts";
import { systemTimers, type Timers } from "#sandbox/step-functions/timers.ts";
import { type Mishap, openStage, type Stage, type SubmitOptions } from "#test/support/stage.ts";

let stage: Stage;
afterEach(() => stage.close());

type Verb = Extract<
  Mishap["verb"],
  "plan" | "apply" | "check" | "bake" | "hold" | "rollBack" | "finish" | "giveUp"
>;

const BAKING: SubmitOptions = { rollout: { batch: "100%", bakeSeconds: 10, approval: "before" } };

/** A task's time-out is real time; where a call does not come back it is given up soon, and elsewhere a slow one is waited for. */
const IMPATIENT: Timers = {
  ...systemTimers,
  after: (ms, run) => systemTimers.after(ms >= 60_000 && ms <= 120_000 ? 1_500 : ms, run),
};

async function start(how?: Mishap["how"]): Promise<void> {
  stage = await openStage({ timers: how === "hangs" ? IMPATIENT : systemTimers });
  const { id } = await stage.submit("v1");
  await stage.ended(id);
  await stage.free();
}

/** Approves, sweeps now and then, until the end; answers it once the lock is free. */
async function toTheEnd(id: string) {
  for (const endMs = Date.now() + 240_000; Date.now() < endMs; ) {
    const deployment = await stage.store.deployments.need(id);
    const { lock } = await stage.target();
    if (isEnded(deployment.status) && !lock) return deployment;
    if (deployment.status === "awaiting_approval" && !isEnded(deployment.status)) {
      await stage.act(id, "approve").catch(() => {});
    }
    await stage.sweep();
    await new Promise((resolve) => setTimeout(resolve, 60));
  }
  const left = await stage.store.deployments.need(id);
  throw new Error(
    `no end: ${JSON.stringify({ ...left, spec: null, taskToken: null })}\n${stage.logs.slice(-10).join("\n")}`,
  );
}

const FORWARD: Verb[] = ["plan", "apply", "check", "bake", "hold", "finish"];
const ONCE: Mishap["how"][] = ["fails", "losesAnswer", "runsTwice", "hangs"];

/** With how many invocations on the way forward before it. */
const WAY_BACK: [Verb, number][] = [
  ["rollBack", 0],
  ["apply", 1],
  ["check", 1],
  ["finish", 0],
];

for (const how of ONCE) {
  for (const verb of FORWARD) {
    // A wait that hangs is a wait: its own time-out is what ends it.
    if (how === "hangs" && verb === "hold") continue;
    test(`${verb} ${how} once: it succeeds all the same`, async () => {
      await start(how);
      stage.mishaps.push({ verb, times: 1, how });
      const { id } = await stage.submit("v2", BAKING);
      expect(await toTheEnd(id)).toMatchObject({ status: "succeeded" });
      expect((await stage.target()).release).toBe("v2");
    });
  }
  for (const [verb, skip] of WAY_BACK) {
    test(`${verb} ${how} once on the way back: it goes back all the same`, async () => {
      await start(how);
      stage.world.behaviours.v2 = "unhealthy";
      stage.mishaps.push({ verb, times: 1, how, skip });
      const { id } = await stage.submit("v2");
      expect(await toTheEnd(id)).toMatchObject({ status: "rolled_back" });
    });
  }
}

for (const verb of FORWARD) {
  test(`${verb} fails for good: there is an end, and the lock is free`, async () => {
    await start();
    stage.mishaps.push({ verb, times: 1_000, how: "fails", error: "Lambda.Unknown" });
    const { id } = await stage.submit("v2", BAKING);
    const deployment = await toTheEnd(id);
    expect(deployment.reason).not.toBe("");
    expect(["rolled_back", "cancelled", "failed", "succeeded"]).toContain(deployment.status);
    const untouched = verb === "plan" || verb === "hold" || verb === "apply";
    if (untouched) expect(deployment.status).toBe("rolled_back");
  });
}

for (const verb of ["rollBack", "giveUp"] as const) {
  test(`${verb} fails for good on the way back: it ends failed and the target says so`, async () => {
    await start();
    stage.world.behaviours.v2 = "unhealthy";
    stage.mishaps.push({ verb: "rollBack", times: 1_000, how: "fails" });
    if (verb === "giveUp") stage.mishaps.push({ verb, times: 7, how: "fails" });
    const { id } = await stage.submit("v2");
    const deployment = await toTheEnd(id);
    expect(deployment.status).toBe("failed");
    expect(deployment.reason).toMatch(/^The way back to v1 could not be completed: /);
    expect((await stage.target()).degraded).toBe(deployment.reason);
    // An alarm rests on this line.
    expect(stage.logs.filter((line) => line.startsWith(`${LOG_MESSAGES.failed} `))).toHaveLength(1);
  });
}

test("a driver whose every call fails ends rolled back or failed, never open", async () => {
  await start();
  const fault = { times: 10_000, error: new Error("the platform is down") };
  stage.world.faults.push({ verb: "check", ...fault }, { verb: "inspect", ...fault });
  const { id } = await stage.submit("v2");
  const deployment = await toTheEnd(id);
  expect(deployment.status).toBe("rolled_back");
  expect(deployment.reason).toContain("the platform is down");
});

test("a missing permission is not tried again and is named in the reason", async () => {
  await start();
  const denied = Object.assign(new Error("not authorized to perform: ssm:SendCommand"), {
    name: "AccessDeniedException",
  });
  stage.world.faults.push({ verb: "apply", times: 1, error: denied });
  const { id } = await stage.submit("v2");
  const deployment = await toTheEnd(id);
  expect(deployment.status).toBe("rolled_back");
  expect(deployment.reason).toContain("not authorized to perform: ssm:SendCommand");
});

test("a platform that fails for a moment is not noticed", async () => {
  await start();
  for (const verb of ["inspect", "apply", "check"] as const) {
    stage.world.faults.push({ verb, times: 1, error: new Error("hiccup") });
    stage.world.faults.push({ verb, times: 1, error: new Error("answer lost"), after: true });
  }
  const { id } = await stage.submit("v2");
  expect((await toTheEnd(id)).status).toBe("succeeded");
});
