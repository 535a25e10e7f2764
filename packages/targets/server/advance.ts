// One look at a step under way, and the next phase for every host whose time has come: drained → its script → into
// traffic → seen healthy there. Never sleeps; with SSM a script is asked after at the next look, over SSH it has run.

import type { Clock } from "#core/clock.ts";
import type { NewEvent } from "#core/domain/event.ts";
import type { Spec } from "#core/domain/spec.ts";
import type { Step } from "#core/domain/step.ts";
import type { Progress, TargetContext } from "#core/driver/driver.ts";
import type { BackendHealth } from "#targets/balancer/balancer.ts";
import { nearestLegal } from "#targets/balancer/target-health.ts";
import { downloadLink } from "#targets/host/download-link.ts";
import { readResult, type ScriptResult } from "#targets/host/result.ts";
import type { Outcome } from "#targets/host/run-command.ts";
import { findHosts, type Host, placesOf, poolOf } from "./hosts.ts";
import { leaveTraffic } from "./leave-traffic.ts";
import { joinNames, leaveNames } from "./names.ts";
import { isOf, type Ports } from "./ports.ts";
import { composeScript, installVariables, SCRIPT_SECONDS, SETUP_SECONDS } from "./scripts/compose.ts";
import type { Server } from "./server.ts";
import { type HostState, isSettled, observationOf, type StepState } from "./state.ts";
import type { Job, Pending, Transport } from "./transport/transport.ts";

/** A command lost by a restart of its agent is sent again so often. */
const MOST_RESENDS = 2;

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
  await leaveNames(server, target, state);
  await askAfterScripts(server, transport, target, step, state);
  await runDueScripts(server, transport, target, step, state);
  events.push(...(await joinTraffic(server, state, before)), ...disksLeft(state, before));
  await joinNames(server, target, state);
  const observations = state.hosts.map(observationOf);
  return { phase: state.hosts.every(isSettled) ? "done" : "running", state, observations, events };
}

/** What the load balancer says moves hosts that leave traffic, come into it, or are in it. */
async function lookAtTraffic(
  server: Server,
  rules: { target: TargetContext; step: Step },
  state: StepState,
): Promise<void> {
  const concerned = state.hosts.filter(({ phase }) =>
    ["waiting", "draining", "joining", "rejected", "serving"].includes(phase),
  );
  if (state.targetGroupArn === null || concerned.length === 0) return;
  const backends = await server.balancer.health(state.targetGroupArn);
  for (const one of concerned)
    if (one.phase !== "waiting") lookAtHost(one, backends, state.ports, rules.target);
  if (concerned.some(({ phase }) => phase === "waiting"))
    await leaveTraffic(server, rules, state, backends, "waiting");
}

function lookAtHost(
  one: HostState,
  backends: BackendHealth[],
  ports: Ports,
  { spec, clock }: TargetContext,
): void {
  if (one.phase === "draining") {
    const mine = backends.filter((backend) => isOf(backend, one.host, ports));
    if (mine.every(({ state }) => state === "unused")) one.phase = "ready";
    return;
  }
  const backend = backends.find(({ address, port }) => address === one.host.address && port === one.port);
  one.phase = backend?.state === "healthy" ? "serving" : "joining";
  if (backend?.state !== "unhealthy") delete one.rejectedAtMs;
  else {
    one.rejectedAtMs ??= clock.now();
    one.detail = `the load balancer says: ${backend.detail}`;
    // Healthy by its own word, it may have been looked at in a bad moment: the load balancer gets the time to look again.
    if (clock.now() - one.rejectedAtMs >= patienceMs(spec.health)) one.phase = "rejected";
  }
  if (!backend) one.detail = "not registered at the load balancer";
}

/** The grace, or as long as the load balancer needs to change its mind. */
function patienceMs(health: Spec["health"]): number {
  const { healthyThreshold, intervalSeconds } = nearestLegal(health);
  return 1000 * Math.max(health.graceSeconds, healthyThreshold * intervalSeconds);
}

async function askAfterScripts(
  server: Server,
  transport: Transport,
  target: TargetContext,
  step: Step,
  state: StepState,
): Promise<void> {
  const running = state.hosts.filter(({ phase, ref }) => phase === "running" && ref);
  if (running.length === 0) return;
  const outcomes = await transport.ask(running.map((one) => pendingOf(one, target)));
  const lost = running.filter(({ host }) => outcomes.get(host.id)?.kind === "lost");
  for (const one of running)
    if (!lost.includes(one)) take(one, outcomes.get(one.host.id), step, target.clock);
  if (lost.length === 0) return;
  // Whose agent is gone altogether is not waited for: sending again asks whether it is online.
  const hosts = await findHosts(server.clients, poolOf(target));
  const places = placesOf(
    hosts,
    lost.map(({ host }) => host.id),
  );
  for (const one of lost) sendAgain(one, places.get(one.host.id), outcomes.get(one.host.id)!);
}

function pendingOf({ host, ref, sentAtMs, seenOnlineAtMs }: HostState, { spec }: TargetContext): Pending {
  return { host, ref: ref!, sentAtMs, seenOnlineAtMs, timeoutSeconds: secondsFor(spec) };
}

/** The script is idempotent and locked on its host, so that once too often does no harm. */
function sendAgain(one: HostState, place: Host | undefined, outcome: Outcome): void {
  const { resent = 0 } = one;
  one.host = place ?? { ...one.host, online: false };
  delete one.ref;
  one.resent = resent + 1;
  one.phase = resent < MOST_RESENDS ? "ready" : "broken";
  if (one.phase === "ready") return;
  one.reachable = false;
  one.detail = "reason" in outcome ? outcome.reason : "no answer";
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
  for (const one of due) take(one, outcomes.get(one.host.id), step, target.clock);
}

/** The same text for all hosts of one verb, copy by copy, so that one command serves them. */
async function jobsFor(server: Server, target: TargetContext, step: Step, due: HostState[]): Promise<Job[]> {
  const pool = poolOf(target);
  const installs = due.some(({ verb }) => verb === "install");
  const install = installs ? await installFor(server, target, step.version!, step.freshSince) : {};
  const timeoutSeconds = secondsFor(target.spec);
  return due.map(({ host, verb }) => ({
    host,
    script: composeScript(verb, target, pool, verb === "install" ? install : {}, host.copy),
    timeoutSeconds,
  }));
}

function secondsFor({ server }: Spec): number {
  return SCRIPT_SECONDS + (server.setup ? SETUP_SECONDS : 0);
}

export async function installFor(
  server: Server,
  target: TargetContext,
  version: string,
  freshSince?: string,
): Promise<Record<string, string>> {
  const release = await target.release(version);
  const [link, region] = await Promise.all([
    downloadLink(server.clients, release.artifact),
    server.clients.ssm.config.region(),
  ]);
  const variables = installVariables(target, release, { link, region });
  const second = freshSince === undefined ? "" : String(Math.floor(Date.parse(freshSince) / 1000));
  return { ...variables, FRESH_SINCE: second };
}

function take(one: HostState, outcome: Outcome | undefined, step: Step, clock: Clock): void {
  delete one.ref;
  if (outcome?.kind !== "pending") delete one.seenOnlineAtMs;
  if (outcome?.kind === "pending") {
    // Only a command that is new begins to wait.
    if (one.phase !== "running") one.sentAtMs = clock.now();
    one.phase = "running";
    one.ref = outcome.ref;
    one.seenOnlineAtMs = outcome.seenOnlineAtMs ?? one.seenOnlineAtMs;
    one.detail = one.verb === "remove" ? "removing" : `installing ${step.version}`;
    return;
  }
  if (outcome?.kind !== "exited") {
    one.phase = "broken";
    one.reachable = false;
    one.detail = outcome?.reason ?? "no answer";
    return;
  }
  takeResult(one, readResult(outcome), step);
}

function takeResult(one: HostState, result: ScriptResult, step: Step): void {
  one.detail =
    result.outcome === "setup_failed" ? `setup failed on ${one.host.id}: ${result.detail}` : result.detail;
  one.port = result.port ?? undefined;
  if (result.outcome === "no_room") one.noRoom = true;
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

/** Who has gone and left something behind says so: its disks. */
function disksLeft(state: StepState, before: StepState): NewEvent[] {
  return state.hosts
    .filter(({ phase, detail }, index) => phase === "gone" && detail && before.hosts[index]!.phase !== "gone")
    .map(({ host, detail }) => ({ type: "replica", replica: host.id, message: `${host.id} ${detail}` }));
}

function isJoined({ phase }: HostState): boolean {
  return phase === "joining" || phase === "rejected" || phase === "serving";
}
