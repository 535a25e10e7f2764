// One look at a step under way, and the next phase for every host whose time has come: drained → its script → into
// traffic → seen healthy there. Never sleeps; with SSM a script is asked after at the next look, over SSH it has run.

import type { NewEvent } from "#core/domain/event.ts";
import type { Step } from "#core/domain/step.ts";
import type { Progress, TargetContext } from "#core/driver/driver.ts";
import { joinNames, leaveNames } from "./names.ts";
import { askAfterScripts, runDueScripts } from "./run-scripts.ts";
import type { Server } from "./server.ts";
import { isSettled, observationOf, type StepState } from "./state.ts";
import { joinTraffic, lookAtTraffic } from "./traffic.ts";

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

/** Who has gone and left something behind says so: its disks. */
function disksLeft(state: StepState, before: StepState): NewEvent[] {
  return state.hosts
    .filter(({ phase, detail }, index) => phase === "gone" && detail && before.hosts[index]!.phase !== "gone")
    .map(({ host, detail }) => ({ type: "replica", replica: host.id, message: `${host.id} ${detail}` }));
}
