// Virtual machines: a release is an image and a version of a launch template, an Auto Scaling group keeps the copies, and
// batches of new instances take the place of old ones, or a second group the place of the first.
import { scalingNote } from "#core/domain/scaling.ts";
import { CAPABILITIES } from "#core/driver/capabilities.ts";
import type { Driver } from "#core/driver/driver.ts";
import { balancerNotes } from "#targets/balancer/target-health.ts";
import { checkStep } from "./check.ts";
import type { VmSetup } from "./client.ts";
import { diskNotes } from "./disks/notes.ts";
import { abandonImage } from "./image/abandon.ts";
import { inspect } from "./inspect.ts";
import { nameNotes } from "./names.ts";
import { plan } from "./plan.ts";
import { repair } from "./repair.ts";
import { retire } from "./retire.ts";
import { sizeNotes } from "./size-notes.ts";
import { tidy } from "./tidy.ts";
import { createVm } from "./vm.ts";

export function createVmDriver(setup: VmSetup): Driver {
  const vm = createVm(setup);
  return {
    kind: "vm",
    capabilities: CAPABILITIES.vm,
    inspect: (target) => inspect(vm, target),
    plan,
    apply: (target, step, state) => checkStep(vm, target, step, state),
    check: (target, step, state) => checkStep(vm, target, step, state),
    repair: (target, fleet, orders) => repair(vm, target, fleet, orders),
    retire: (target, options) => retire(vm, target, options),
    tidy: (target) => tidy(vm, target),
    // Read by the doctor alone: no deployment waits for it to be loaded.
    diagnose: async (environment) => (await import("./diagnose.ts")).diagnose(vm, environment),
    abandon: (target, step) => abandonImage(vm, target, step),
    notes: async (target) => {
      const { health, rollout, scaling } = target.spec;
      return [
        ...balancerNotes(health, rollout.drainSeconds),
        ...(scaling ? [scalingNote(scaling)] : []),
        ...nameNotes(target),
        ...(await diskNotes(vm, target)),
        ...(await sizeNotes(vm, target)),
      ];
    },
  };
}
