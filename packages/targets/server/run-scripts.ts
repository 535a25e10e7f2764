// The scripts of a step: sent to the hosts whose turn it is, asked after, sent again where an agent lost one, and what they say taken
// down. Over SSH a script has run when it was sent; with SSM it is asked after at the next look.
import type { Clock } from "#core/clock.ts";
import type { Spec } from "#core/domain/spec.ts";
import type { Step } from "#core/domain/step.ts";
import type { TargetContext } from "#core/driver/driver.ts";
import { downloadLink } from "#targets/host/download-link.ts";
import { readResult, type ScriptResult } from "#targets/host/result.ts";
import type { Outcome } from "#targets/host/run-command.ts";
import { findHosts, type Host, placesOf, poolOf } from "./hosts.ts";
import { composeScript, installVariables, SCRIPT_SECONDS, SETUP_SECONDS } from "./scripts/compose.ts";
import type { Server } from "./server.ts";
import type { HostState, StepState } from "./state.ts";
import type { Job, Pending, Transport } from "./transport/transport.ts";

/** A command lost by a restart of its agent is sent again so often. */
const MOST_RESENDS = 2;

export async function askAfterScripts(
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

export async function runDueScripts(
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

async function installFor(
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
