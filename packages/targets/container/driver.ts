// Containers on ECS: a release is a revision of the target's task definition, a service keeps its copies behind the load
// balancer, and for blue/green and canary a second service stands beside it. Every verb is in the file of its name.
import { CAPABILITIES } from "#core/driver/capabilities.ts";
import type { Driver } from "#core/driver/driver.ts";
import { play } from "./check.ts";
import type { ContainerDeps } from "./client.ts";
import { createContainer } from "./container.ts";
import { diagnose } from "./diagnose.ts";
import { inspect } from "./inspect.ts";
import { notes } from "./notes.ts";
import { plan } from "./plan.ts";
import { repair } from "./repair.ts";
import { retire, tidy } from "./retire.ts";
import { spaced } from "./spacing.ts";

export function createContainerDriver(deps: ContainerDeps): Driver {
  const container = createContainer(deps);
  return {
    kind: "container",
    capabilities: CAPABILITIES.container,
    inspect: (target) => inspect(container, target),
    plan,
    apply: (target, step, state) => play(container, target, step, state),
    check: (target, step, state) =>
      spaced(container.looks, target, step, state, () => play(container, target, step, state)),
    repair: (target, _fleet, orders) => repair(container, target, orders),
    retire: (target) => retire(container, target),
    tidy: (target) => tidy(container, target),
    diagnose: (environment, roles) => diagnose(deps, environment, roles),
    notes: (target, version) => notes(container, target, version),
  };
}
