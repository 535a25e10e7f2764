// The rule by which a target is reached at its name: requests for `<app>.<domain>` on the HTTPS listener go to it. Its place among the
// others is the first free one; names are whole, so their order says nothing.
import {
  CreateRuleCommand,
  type ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Domain } from "#core/domain/environment.ts";
import { TuttiError } from "#core/errors.ts";
import { isAwsError } from "#targets/host/call-aws.ts";
import type { Wish } from "./balancer.ts";
import { callElb } from "./client.ts";
import { hostsOf, listRules } from "./list.ts";
import { findRoutes } from "./routes.ts";
import { forwardTo, leadsTo, type Share, sharesOf } from "./shares.ts";
import { findSides } from "./sides.ts";
import { tagsOf } from "./target-group.ts";

/** Rules before it are the platform's own. They go to 50000 (Elastic Load Balancing API, CreateRule). */
const FIRST_PRIORITY = 100;
/** Others that make a rule at the same moment take the place that was free. */
const TRIES = 20;

export function hostOf({ app }: { app: string }, { name }: Domain): string {
  return `${app}.${name}`;
}

export async function ensureRule(
  elb: ElasticLoadBalancingV2Client,
  wish: Wish,
  domain: Domain,
  targetGroupArn: string,
): Promise<void> {
  const host = hostOf(wish, domain);
  const rules = await listRules(elb, domain.listenerArn);
  const same = rules.find((rule) => hostsOf(rule).includes(host));
  if (same && leadsTo(same.Actions, targetGroupArn)) return;
  if (same)
    throw new TuttiError("conflict", `Requests for ${host} are taken by another rule: ${same.RuleArn}.`);
  const taken = new Set(rules.map(({ Priority }) => Number(Priority)));
  const shares = await sharesNow(elb, wish, targetGroupArn);
  let priority = FIRST_PRIORITY;
  for (let tries = 0; tries < TRIES; priority++) {
    if (taken.has(priority)) continue;
    tries++;
    if (await createRule(elb, wish, { domain, host, shares, priority })) return;
  }
  throw new TuttiError("driver_failed", `No place was free for a rule for ${host}.`);
}

/** A target that was there before has the same traffic by its name as by its port. */
async function sharesNow(
  elb: ElasticLoadBalancingV2Client,
  wish: Wish,
  targetGroupArn: string,
): Promise<Share[]> {
  const [route] = await findRoutes(elb, wish, Object.values(await findSides(elb, wish)));
  return route ? sharesOf(route.actions) : [{ arn: targetGroupArn, weight: 1 }];
}

/** False where another one was faster to take that place. */
async function createRule(
  elb: ElasticLoadBalancingV2Client,
  wish: Wish,
  { domain, host, shares, priority }: { domain: Domain; host: string; shares: Share[]; priority: number },
): Promise<boolean> {
  try {
    await callElb("CreateRule", (options) =>
      elb.send(
        new CreateRuleCommand({
          ListenerArn: domain.listenerArn,
          Priority: priority,
          Conditions: [{ Field: "host-header", HostHeaderConfig: { Values: [host] } }],
          Actions: forwardTo(shares),
          Tags: tagsOf(wish),
        }),
        options,
      ),
    );
    return true;
  } catch (error) {
    if (isAwsError(error, "PriorityInUseException")) return false;
    if (isAwsError(error, "TooManyRulesException"))
      throw new TuttiError("capacity_exceeded", `The load balancer takes no further rule, for ${host}.`);
    throw error;
  }
}
