// Elastic Load Balancing of the sandbox: the one entry of this folder. The control plane is handlers over a state, the
// data plane a real HTTP proxy for each listener.
import * as elb from "@aws-sdk/client-elastic-load-balancing-v2";
import { createPublisher } from "../metric-publisher.ts";
import type { Platform, Service } from "../platform.ts";
import { listenerHandlers } from "./listener-handlers.ts";
import { openListener } from "./listener-server.ts";
import { healthyOf } from "./live-group.ts";
import { close } from "./live-target.ts";
import { loadBalancerHandlers } from "./load-balancer-handlers.ts";
import type { Counts } from "./metrics.ts";
import type { Listener } from "./model.ts";
import { iamAlso, iamContext, iamResources } from "./permissions.ts";
import { createCollector } from "./published-metrics.ts";
import { ruleHandlers } from "./rule-handlers.ts";
import { changed, countsOf, loadState, type Sent, type State, save } from "./state.ts";
import { tagHandlers } from "./tag-handlers.ts";
import { targetGroupHandlers } from "./target-group-handlers.ts";
import { restoreTargets, targetHandlers } from "./target-handlers.ts";

export type BalancerMetrics = {
  loadBalancers: { arn: string; name: string; counts: Counts }[];
  targetGroups: {
    arn: string;
    name: string;
    counts: Counts;
    healthy: number;
    targets: { id: string; port: number; inFlight: number; counts: Counts }[];
  }[];
};

/** `metrics` counts since the start of the process; a target's counts go when it is deregistered, its group's stay. */
export type Balancer = Service & {
  metrics(): BalancerMetrics;
  /** Tells of each request which target it goes to; until the answer of this is called. */
  watch(watcher: (sent: Sent) => void): () => void;
};

export function createBalancer(platform: Platform): Balancer {
  const state = loadState(platform);
  for (const group of state.groups.values()) restoreTargets(group);
  const publisher = createPublisher(platform, "AWS/ApplicationELB", createCollector(state));
  return {
    name: "elasticloadbalancing",
    module: elb,
    Client: elb.ElasticLoadBalancingV2Client,
    handlers: {
      ...loadBalancerHandlers(state),
      ...targetGroupHandlers(state),
      ...targetHandlers(state),
      ...listenerHandlers(state),
      ...ruleHandlers(state),
      ...tagHandlers(state),
    },
    iamResources: iamResources(platform),
    iamContext: iamContext(state),
    iamAlso: iamAlso(platform),
    start: async () => {
      await start(state);
      publisher.start();
    },
    stop: async () => {
      publisher.stop();
      await stop(state);
    },
    metrics: () => readMetrics(state),
    watch: (watcher) => {
      state.watchers.add(watcher);
      return () => state.watchers.delete(watcher);
    },
  };
}

async function start(state: State): Promise<void> {
  await Promise.all([...state.listeners.values()].map((listener) => reopen(state, listener)));
  await changed(state);
}

/** One port that somebody else took must not keep the others closed. */
async function reopen(state: State, listener: Listener): Promise<void> {
  try {
    if (!state.open.has(listener.arn)) state.open.set(listener.arn, await openListener(state, listener));
  } catch (error) {
    state.platform.log(`balancer: ${(error as Error).message}`);
  }
}

async function stop(state: State): Promise<void> {
  await Promise.all([...state.open.values()].map((listener) => listener.close(true)));
  state.open.clear();
  // Written before the targets are closed, so that all of them are there at the next start.
  await save(state);
  for (const group of state.groups.values()) for (const target of group.targets.values()) close(target);
}

function readMetrics(state: State): BalancerMetrics {
  return {
    loadBalancers: [...state.loadBalancers.values()].map(({ arn, name }) => ({
      arn,
      name,
      counts: { ...countsOf(state, arn) },
    })),
    targetGroups: [...state.groups.values()].map(({ settings, counts, targets }) => ({
      arn: settings.arn,
      name: settings.name,
      counts: { ...counts },
      healthy: healthyOf({ targets }).length,
      targets: [...targets.values()].map((target) => ({
        id: target.id,
        port: target.port,
        inFlight: target.inFlight.size,
        counts: { ...target.counts },
      })),
    })),
  };
}
