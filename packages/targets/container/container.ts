// What every verb of this driver works with: the clients, the balancer, and what is known of revisions.
import type { TargetContext } from "#core/driver/driver.ts";
import { wrongAt } from "#core/errors.ts";
import {
  type Balancer,
  createBalancer,
  placeBehind,
  type Who,
  type Wish,
} from "#targets/balancer/balancer.ts";
import type { Side } from "#targets/balancer/sides.ts";
import type { ContainerClients, ContainerDeps, SecretArn } from "./client.ts";
import type { Label } from "./naming.ts";
import type { LastLooks } from "./spacing.ts";

export type Container = {
  clients: ContainerClients;
  namePrefix: string;
  secretArn: SecretArn;
  balancer: Balancer;
  /** By ARN of a revision; `null` where it carries no tags of ours. */
  labels: Map<string, Label | null>;
  looks: LastLooks;
};

export function createContainer({ namePrefix, secretArn, ...clients }: ContainerDeps): Container {
  return {
    clients,
    namePrefix,
    secretArn,
    balancer: createBalancer(clients.elb),
    labels: new Map(),
    looks: new Map(),
  };
}

export function whoOf(target: Pick<TargetContext, "app" | "environment">): Who {
  const who = placeBehind(target);
  if (who) return who;
  throw wrongAt(
    "loadBalancer",
    `${target.environment.name} has none in its settings, and containers need it.`,
  );
}

export function wishOf(target: TargetContext, side: Side): Wish {
  const { port, health, rollout } = target.spec;
  return { ...whoOf(target), port, health, drainSeconds: rollout.drainSeconds, targetType: "ip", side };
}
