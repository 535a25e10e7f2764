// What a target of this kind stands on: the environment's settings that it needs, each missing one named.
import type { LoadBalancer, Network, VmSettings } from "#core/domain/environment.ts";
import type { TargetContext } from "#core/driver/driver.ts";
import { TuttiError } from "#core/errors.ts";
import type { Who } from "#targets/balancer/balancer.ts";
import type { Owner } from "./naming.ts";

export type Ground = { vm: VmSettings; network: Network; loadBalancer: LoadBalancer };

/** Throws `invalid_input`. */
export function groundOf({ environment }: Pick<TargetContext, "environment">): Ground {
  const { vm, network, loadBalancer, name } = environment;
  const need = <T>(value: T | undefined, key: string): T => {
    if (value !== undefined) return value;
    const message = "virtual machines need it: an operator sets it";
    throw new TuttiError("invalid_input", `The environment ${name} has no ${key}; ${message}.`, {
      errors: [{ path: key, message }],
    });
  };
  return {
    vm: need(vm, "vm"),
    network: need(network, "network"),
    // Without one nobody would say whether a copy is healthy, and none could leave without a failed request.
    loadBalancer: need(loadBalancer, "loadBalancer"),
  };
}

export function ownerOf({ app, environment }: Pick<TargetContext, "app" | "environment">): Owner {
  return { app, environment: environment.name };
}

export function whoOf(target: Pick<TargetContext, "app" | "environment">): Who {
  const { loadBalancer } = groundOf(target);
  return { ...ownerOf(target), loadBalancer, domain: target.environment.domain };
}
