// What every verb of this driver works with. Apart from the clients' own file: what bakes images has neither balancer nor names.
import { createBalancer } from "#targets/balancer/balancer.ts";
import { createNames } from "#targets/cloud-map/names.ts";
import type { Vm, VmSetup } from "./client.ts";
import { createOffers } from "./offers.ts";

export function createVm(setup: VmSetup): Vm {
  return {
    ...setup,
    balancer: createBalancer(setup.elb),
    names: createNames(setup.discovery),
    offers: createOffers(setup.ec2),
  };
}
