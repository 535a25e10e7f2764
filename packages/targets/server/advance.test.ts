import { expect, test } from "vitest";
import type { Progress, TargetContext } from "#core/driver/driver.ts";
import { lookOf } from "#core/judge/watch.ts";
import type { BackendHealth, BackendState } from "#targets/balancer/balancer.ts";
import { createNames } from "#targets/cloud-map/names.ts";
import type { Outcome } from "#targets/host/run-command.ts";
import { aTarget } from "#test/contract/a-target.ts";
import { aSpec, aStep } from "#test/support/a-deployment.ts";
import { applyStep } from "./apply.ts";
import { checkStep } from "./check.ts";
import type { Server } from "./server.ts";
import type { StepState } from "./state.ts";

const ADDRESSES: Record<string, string> = { a: "10.0.0.1", b: "10.0.0.2" };
const clock = { now: () => 0, sleep: async () => {} };

type Lab = {
  server: Server;
  target: TargetContext;
  /** What the load balancer says of each address on port 8080. */
  states: Map<string, BackendState>;
  /** What the next script on each host comes to. */
  outcomes: Record<string, Outcome>;
  /** The same, where it is another at the moment it is sent. */
  starts: Record<string, Outcome>;
  log: string[];
};

function aLab(loadBalancer = true): Lab {
  const states = new Map<string, BackendState>();
  const log: string[] = [];
  const outcomes: Record<string, Outcome> = {};
  const starts: Record<string, Outcome> = {};
  const hosts = Object.entries(ADDRESSES).map(([name, address]) => ({
    name,
    address,
    port: 22,
    user: "u",
    hostKey: "",
  }));
  const { target, releases } = aTarget(aSpec(), clock, {
    pools: { web: { ssh: { hosts, keySecret: "k" }, user: "u", directory: "apps" } },
    ...(loadBalancer ? { loadBalancer: { arn: "lb", vpcId: "vpc", ports: { from: 1, to: 2 } } } : {}),
  });
  releases.add("v2", { uri: "s3://bucket/key" });
  const health = async (): Promise<BackendHealth[]> =>
    [...states].map(([address, state]) => ({ address, port: 8080, state, detail: "said so" }));
  const balancer = {
    ensure: async () => "tg",
    find: async () => "tg",
    health,
    register: async (_arn: string, all: { address: string; port: number }[]) =>
      all.forEach(({ address, port }) => {
        log.push(`register ${address}:${port}`);
        states.set(address, "initial");
      }),
    deregister: async (_arn: string, all: { address: string }[]) =>
      all.forEach(({ address }) => {
        log.push(`deregister ${address}`);
        states.set(address, "draining");
      }),
  };
  const answer = (id: string) => outcomes[id] ?? result({});
  const transport = {
    run: async (jobs: { host: { id: string }; script: string }[]) => {
      log.push(`run ${jobs.map(({ host }) => host.id)}`);
      return new Map(jobs.map(({ host }) => [host.id, starts[host.id] ?? answer(host.id)]));
    },
    ask: async (pending: { host: { id: string } }[]) =>
      new Map(pending.map(({ host }) => [host.id, answer(host.id)])),
  };
  const s3 = { config: {} };
  const names = createNames(() => Promise.reject(new Error("the environment names no namespace")));
  const server = { balancer, names, transport: () => transport, clients: { s3 } } as unknown as Server;
  // No presigned link without a real client: the release is already on the hosts as far as these tests care.
  const release = async () => ({ ...(await target.release("v2")), artifact: {} });
  return { server, target: { ...target, release: release as never }, states, outcomes, starts, log };
}

function result(overrides: Record<string, unknown>): Outcome {
  const ok = {
    outcome: "ok",
    detail: "GET /healthz answered 200",
    release: "rel_v2",
    version: "v2",
    host: "",
  };
  const line = { ...ok, port: 8080, state: "active", health: "healthy", startedAt: "", ...overrides };
  return { kind: "exited", code: 0, stdout: `TUTTI_RESULT ${JSON.stringify(line)}`, stderr: "" };
}

const REMOVE = aStep({ action: "remove", version: null, replicas: ["a", "b"] });

async function look(lab: Lab, step: typeof REMOVE, before: Progress): Promise<Progress> {
  const state = before.phase === "failed" ? null : JSON.parse(JSON.stringify(before.state));
  return checkStep(lab.server, lab.target, step, state);
}

test("a host in traffic is drained first, and its script runs only when it is", async () => {
  const lab = aLab();
  lab.states.set("10.0.0.1", "healthy");
  let progress = await applyStep(lab.server, lab.target, REMOVE, null);
  expect(lab.log).toEqual(["deregister 10.0.0.1", "run b"]);
  expect(progress.observations.map(({ health }) => health)).toEqual(["draining", "unknown"]);
  progress = await look(lab, REMOVE, progress);
  expect(lab.log).toHaveLength(2);
  lab.states.delete("10.0.0.1");
  progress = await look(lab, REMOVE, progress);
  expect(lab.log).toEqual(["deregister 10.0.0.1", "run b", "run a"]);
  expect(progress.phase).toBe("done");
});

test("a script that is under way is asked after by its reference", async () => {
  const lab = aLab();
  lab.outcomes.a = { kind: "pending", ref: "command-1" };
  let progress = await applyStep(lab.server, lab.target, REMOVE, null);
  expect(progress.phase).toBe("running");
  delete lab.outcomes.a;
  progress = await look(lab, REMOVE, progress);
  expect(progress.phase).toBe("done");
  expect(lab.log).toEqual(["run a,b"]);
});

test("a host that does not answer is told at once and holds nobody up", async () => {
  const lab = aLab();
  lab.outcomes.a = { kind: "unreachable", reason: "cut off" };
  const progress = await applyStep(lab.server, lab.target, REMOVE, null);
  expect(progress.observations[0]).toMatchObject({ reachable: false, detail: "cut off" });
  expect(progress.observations[1]).toMatchObject({ replica: "b", version: null });
});

function installing(phase: string, overrides: Record<string, unknown> = {}) {
  const host = { id: "a", address: "10.0.0.1", online: true };
  const one = {
    host,
    phase,
    verb: "install",
    ref: "c",
    version: null,
    reachable: true,
    detail: "",
    ...overrides,
  };
  return { targetGroupArn: "tg", hosts: [one] };
}
const INSTALL = aStep({ replicas: ["a"] });

test("a copy that is healthy by itself is registered, and serves when the load balancer says so", async () => {
  const lab = aLab();
  let progress = await checkStep(lab.server, lab.target, INSTALL, installing("running"));
  expect(lab.log).toEqual(["register 10.0.0.1:8080"]);
  expect(progress.observations[0]).toMatchObject({ version: "v2", health: "healthy", serving: false });
  progress = await look(lab, INSTALL, progress);
  expect(progress.phase).toBe("running");
  lab.states.set("10.0.0.1", "healthy");
  progress = await look(lab, INSTALL, progress);
  expect(progress).toMatchObject({ phase: "done", observations: [{ serving: true }] });
  expect(lab.log).toHaveLength(1);
});

test.each([
  ["crashed", "crashed on start: exit code 1"],
  ["wrong_digest", "The artifact has another SHA-256."],
  ["unhealthy", "GET /healthz answered 500"],
])("a copy that is %s is hopeless and kept out of traffic", async (outcome, detail) => {
  const lab = aLab();
  lab.outcomes.a = result({ outcome, detail, health: "unhealthy" });
  const progress = await checkStep(lab.server, lab.target, INSTALL, installing("running"));
  expect(progress.observations[0]).toMatchObject({
    hopeless: true,
    health: "unhealthy",
    serving: false,
    detail,
  });
  expect(lab.log).toEqual([]);
});

test("what the load balancer finds unhealthy is told in its words", async () => {
  const lab = aLab();
  lab.states.set("10.0.0.1", "unhealthy");
  const state = installing("joining", { port: 8080, version: "v2", rejectedAtMs: -60_000 });
  const progress = await checkStep(lab.server, lab.target, INSTALL, state);
  expect(progress.observations[0]).toMatchObject({
    health: "unhealthy",
    serving: false,
    detail: "the load balancer says: said so",
  });
});

test("a copy that the load balancer has just found unhealthy is waited for, and serves when it changes its mind", async () => {
  const lab = aLab();
  lab.states.set("10.0.0.1", "unhealthy");
  let progress = await checkStep(
    lab.server,
    lab.target,
    INSTALL,
    installing("joining", { port: 8080, version: "v2" }),
  );
  expect(progress.observations[0]).toMatchObject({ health: "healthy", serving: false });
  lab.states.set("10.0.0.1", "healthy");
  progress = await look(lab, INSTALL, progress);
  expect(progress.phase).toBe("done");
});

test("without a load balancer a copy that is healthy by itself is all there is to it", async () => {
  const lab = aLab(false);
  const state = { ...installing("running"), targetGroupArn: null };
  const progress = await checkStep(lab.server, lab.target, INSTALL, state);
  expect(progress).toMatchObject({ phase: "done", observations: [{ serving: true, health: "healthy" }] });
});

test("a bake only looks", async () => {
  const lab = aLab();
  lab.states.set("10.0.0.1", "healthy").set("10.0.0.2", "unhealthy");
  const bake = aStep({ type: "bake", replicas: ["a", "b"] });
  const progress = await checkStep(lab.server, lab.target, bake, null);
  expect(progress.observations.map(({ health }) => health)).toEqual(["healthy", "unhealthy"]);
  expect(lab.log).toEqual([]);
});

test("a step that is done and applied again with its memory drains, runs and registers nothing once more", async () => {
  const lab = aLab();
  lab.states.set("10.0.0.1", "healthy");
  const state = installing("serving", { port: 8080, version: "v2" }) as StepState;
  const progress = await applyStep(lab.server, lab.target, INSTALL, state);
  expect(progress).toMatchObject({ phase: "done", state });
  expect(lab.log).toEqual([]);
});

const THIRD = "10.0.0.3";

test("a healthy host stays in traffic while another copy is down, and leaves when that one is back", async () => {
  const lab = aLab();
  lab.states.set("10.0.0.1", "healthy").set("10.0.0.2", "healthy").set(THIRD, "unhealthy");
  let progress = await applyStep(lab.server, lab.target, INSTALL, null);
  expect(lab.log).toEqual([]);
  expect(progress).toMatchObject({ phase: "running", observations: [{ version: null, hopeless: false }] });
  expect(progress.observations[0]!.detail).toBe(
    "waits for another healthy copy: 2 of 3 healthy, 2 must stay",
  );
  expect(lookOf(progress.observations[0]!, "v2")).toBe("waiting");
  lab.states.set(THIRD, "healthy");
  progress = await look(lab, INSTALL, progress);
  expect(lab.log).toEqual(["deregister 10.0.0.1"]);
  expect(progress.observations[0]).toMatchObject({ health: "draining", serving: false });
});

test.each([
  ["it is the broken one itself", { "10.0.0.1": "unhealthy", "10.0.0.2": "healthy", [THIRD]: "unhealthy" }],
  ["no copy is healthy", { "10.0.0.1": "unhealthy", "10.0.0.2": "unhealthy", [THIRD]: "unhealthy" }],
  ["the missing one was set aside", { "10.0.0.1": "healthy", "10.0.0.2": "healthy" }],
  ["all others are healthy", { "10.0.0.1": "healthy", "10.0.0.2": "healthy", [THIRD]: "healthy" }],
] as const)("a host is drained at once where %s", async (_why, states) => {
  const lab = aLab();
  for (const [address, state] of Object.entries(states)) lab.states.set(address, state);
  await applyStep(lab.server, lab.target, INSTALL, null);
  expect(lab.log).toEqual(["deregister 10.0.0.1"]);
});

function onSsm(lab: Lab, PingStatus: string) {
  const instance = { InstanceId: "mi-1", ComputerName: "a", IPAddress: "10.0.0.1", PingStatus };
  const ssm = { send: async () => ({ InstanceInformationList: [instance] }) };
  Object.assign(lab.server.clients, { ssm });
  lab.target.environment.pools.web = { ssm: { tags: {} }, user: "u", directory: "apps" };
}

test("a command that a restart lost is sent again, twice and no more", async () => {
  const lab = aLab();
  onSsm(lab, "Online");
  const step = { ...REMOVE, replicas: ["a"] };
  lab.starts.a = { kind: "pending", ref: "command-1" };
  lab.outcomes.a = { kind: "lost", reason: "the agent was restarted" };
  let progress = await applyStep(lab.server, lab.target, step, null);
  for (let turn = 0; turn < 2; turn++) {
    progress = await look(lab, step, progress);
    expect(progress.observations[0]).toMatchObject({ reachable: true, hopeless: false });
  }
  progress = await look(lab, step, progress);
  expect(progress).toMatchObject({
    phase: "done",
    observations: [{ reachable: false, detail: "the agent was restarted" }],
  });
  expect(lab.log).toEqual(["run a", "run a", "run a"]);
});
