// One look at a step under way, and the next phase for every host whose time has come: drained → its script → into
// traffic → seen healthy there. Never sleeps; with SSM a script is asked after at the next look, over SSH it has run.

import type { NewEvent } from "#core/domain/event.ts";
import type { Step } from "#core/domain/step.ts";
import type { Progress, TargetContext } from "#core/driver/driver.ts";
import type { BackendHealth } from "#targets/balancer/balancer.ts";
import { downloadLink } from "./client.ts";
import { poolOf } from "./hosts.ts";
import { leaveTraffic } from "./leave-traffic.ts";
import { composeScript, installVariables, SCRIPT_SECONDS } from "./scripts/compose.ts";
import { readResult, type ScriptResult } from "./scripts/result.ts";
import type { Server } from "./server.ts";
import { type HostState, isSettled, observationOf, type StepState } from "./state.ts";
import type { Job, Outcome, Transport } from "./transport/transport.ts";

export async function advance(
  server: Server,
  target: TargetContext,
  step: Step,
  before: StepState,
): Promise<Progress> {
  const state = structuredClone(before);
  const events: NewEvent[] = [];
  const transport = server.transport(target);
  await lookAtTraffic(server, { target, step }, state);
  await askAfterScripts(transport, state, step);
  await runDueScripts(server, transport, target, step, state);
  events.push(...(await joinTraffic(server, state, before)));
  const observations = state.hosts.map(observationOf);
  return { phase: state.hosts.every(isSettled) ? "done" : "running", state, observations, events };
}

/** What the load balancer says moves hosts that leave traffic, come into it, or are in it. */
async function lookAtTraffic(
  { balancer }: Server,
  rules: { target: TargetContext; step: Step },
  state: StepState,
): Promise<void> {
  const concerned = state.hosts.filter(({ phase }) =>
    ["waiting", "draining", "joining", "rejected", "serving"].includes(phase),
  );
  if (state.targetGroupArn === null || concerned.length === 0) return;
  const backends = await balancer.health(state.targetGroupArn);
  for (const one of concerned) if (one.phase !== "waiting") lookAtHost(one, backends);
  if (concerned.some(({ phase }) => phase === "waiting"))
    await leaveTraffic(balancer, rules, state, backends, "waiting");
}

function lookAtHost(one: HostState, backends: BackendHealth[]): void {
  const mine = backends.filter(({ address }) => address === one.host.address);
  if (one.phase === "draining") {
    if (mine.every(({ state }) => state === "unused")) one.phase = "ready";
    return;
  }
  const backend = mine.find(({ port }) => port === one.port);
  one.phase = backend?.state === "healthy" ? "serving" : "joining";
  if (backend?.state === "unhealthy") {
    one.phase = "rejected";
    one.detail = `the load balancer says: ${backend.detail}`;
  }
  if (!backend) one.detail = "not registered at the load balancer";
}

async function askAfterScripts(transport: Transport, state: StepState, step: Step): Promise<void> {
  const running = state.hosts.filter(({ phase, ref }) => phase === "running" && ref);
  if (running.length === 0) return;
  const outcomes = await transport.ask(running.map(({ host, ref }) => ({ host, ref: ref! })));
  for (const one of running) take(one, outcomes.get(one.host.id), step);
}

async function runDueScripts(
  server: Server,
  transport: Transport,
  target: TargetContext,
  step: Step,
  state: StepState,
): Promise<void> {
  const due = state.hosts.filter(({ phase }) => phase === "ready");
  if (due.length === 0) return;
  const outcomes = await transport.run(await jobsFor(server, target, step, due));
  for (const one of due) take(one, outcomes.get(one.host.id), step);
}

/** The same text for all hosts of one verb, so that one command serves them. */
async function jobsFor(server: Server, target: TargetContext, step: Step, due: HostState[]): Promise<Job[]> {
  const pool = poolOf(target);
  const scripts = new Map<string, string>();
  for (const verb of new Set(due.map((one) => one.verb))) {
    const more = verb === "install" ? await installFor(server, target, step.version!) : {};
    scripts.set(verb, composeScript(verb, target, pool, more));
  }
  return due.map(({ host, verb }) => ({ host, script: scripts.get(verb)!, timeoutSeconds: SCRIPT_SECONDS }));
}

export async function installFor(
  server: Server,
  target: TargetContext,
  version: string,
): Promise<Record<string, string>> {
  const release = await target.release(version);
  return installVariables(target, release, await downloadLink(server.clients, release.artifact));
}

function take(one: HostState, outcome: Outcome | undefined, step: Step): void {
  delete one.ref;
  if (outcome?.kind === "pending") {
    one.phase = "running";
    one.ref = outcome.ref;
    one.detail = one.verb === "remove" ? "removing" : `installing ${step.version}`;
    return;
  }
  if (outcome === undefined || outcome.kind === "unreachable") {
    one.phase = "broken";
    one.reachable = false;
    one.detail = outcome?.reason ?? "no answer";
    return;
  }
  takeResult(one, readResult(outcome), step);
}

function takeResult(one: HostState, result: ScriptResult, step: Step): void {
  one.detail = result.detail;
  one.port = result.port ?? undefined;
  if (result.outcome !== "ok") one.phase = "broken";
  else if (one.verb === "remove") one.phase = "gone";
  else if (result.health === "healthy") one.phase = "joining";
  else {
    one.phase = "ready";
    one.verb = "watch";
  }
  if (one.phase === "joining") one.version = step.version ?? null;
}

/** Who has become healthy by its own word is registered; without a load balancer there is nothing to join. */
async function joinTraffic({ balancer }: Server, state: StepState, before: StepState): Promise<NewEvent[]> {
  const joined = state.hosts.filter(
    (one, index) => one.phase === "joining" && !isJoined(before.hosts[index]!),
  );
  if (joined.length === 0) return [];
  if (state.targetGroupArn === null) for (const one of joined) one.phase = "serving";
  else {
    const backends = joined.map(({ host, port }) => ({ address: host.address, port: port! }));
    await balancer.register(state.targetGroupArn, backends);
  }
  return joined.map(({ host, version, port }) => ({
    type: "replica",
    replica: host.id,
    message: `${host.id} runs ${version} on ${host.address}:${port}`,
  }));
}

function isJoined({ phase }: HostState): boolean {
  return phase === "joining" || phase === "rejected" || phase === "serving";
}
