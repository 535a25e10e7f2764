// Servers: a release is a folder on each host, `current` points to the one that runs, and batches of hosts leave traffic,
// change and come back. Every verb is in the file of its name.
import { CAPABILITIES } from "#core/driver/capabilities.ts";
import type { Driver } from "#core/driver/driver.ts";
import { planPlaced } from "#core/plan/placed.ts";
import { aged } from "#core/plan/restart.ts";
import { balancerNotes } from "#targets/balancer/target-health.ts";
import { applyStep } from "./apply.ts";
import { checkStep } from "./check.ts";
import type { ServerClients } from "./client.ts";
import { diagnose } from "./diagnose.ts";
import { inspectTarget } from "./inspect.ts";
import { repairTarget } from "./repair.ts";
import { retireTarget } from "./retire.ts";
import { scalingNotes } from "./scaling.ts";
import { createServer } from "./server.ts";
import type { StepState } from "./state.ts";

export function createServerDriver(clients: ServerClients): Driver {
  const server = createServer(clients);
  return {
    kind: "server",
    capabilities: CAPABILITIES.server!,
    inspect: (target) => inspectTarget(server, target),
    plan: (request, spec) => planPlaced(aged(request), spec),
    apply: (target, step, state) => applyStep(server, target, step, state as StepState | null),
    check: (target, step, state) => checkStep(server, target, step, state),
    repair: (target, fleet, orders) => repairTarget(server, target, fleet, orders),
    retire: (target, options) => retireTarget(server, target, options),
    diagnose: (environment) => diagnose(clients, environment),
    notes: (target) => [
      ...balancerNotes(target.spec.health, target.spec.rollout.drainSeconds),
      ...scalingNotes(target),
    ],
  };
}
