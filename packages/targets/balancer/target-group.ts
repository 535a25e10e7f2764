// The target group of a target, found by its name. Its checks and its deregistration delay follow the manifest.
import { createHash } from "node:crypto";
import {
  CreateTargetGroupCommand,
  DeleteTargetGroupCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
  type ElasticLoadBalancingV2Client,
  ModifyTargetGroupAttributesCommand,
  ModifyTargetGroupCommand,
  type TargetGroup,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { isAwsError } from "#targets/host/call-aws.ts";
import type { Who, Wish } from "./balancer.ts";
import { callElb } from "./client.ts";
import { nearestDelay, nearestLegal } from "./target-health.ts";

/** The longest name that a target group may have: Elastic Load Balancing API, CreateTargetGroup. */
const LONGEST_NAME = 32;
const DELAY = "deregistration_delay.timeout_seconds";
/** What counts as healthy, here as in the script on the host. */
const HEALTHY_CODES = "200-299";

/** `tutti-<app>-<environment>`; with a hash on side b, and where that is too long or could be read two ways (`a-b`/`c` and `a`/`b-c`). */
export function targetGroupName({ app, environment, side }: Named): string {
  const plain = `tutti-${app}-${environment}`;
  const second = side === "b";
  if (plain.length <= LONGEST_NAME && !environment.includes("-") && !second) return plain;
  const whole = `${app}/${environment}${second ? "/b" : ""}`;
  const hash = createHash("sha256").update(whole).digest("hex").slice(0, 7);
  return `${plain.slice(0, LONGEST_NAME - hash.length - 1).replace(/-+$/, "")}-${hash}`;
}

type Named = Pick<Wish, "app" | "environment" | "side">;

export function tagsOf({
  app,
  environment,
}: Pick<Who, "app" | "environment">): { Key: string; Value: string }[] {
  return [
    { Key: "tutti:app", Value: app },
    { Key: "tutti:environment", Value: environment },
  ];
}

export async function findTargetGroup(
  elb: ElasticLoadBalancingV2Client,
  who: Named,
): Promise<TargetGroup | null> {
  try {
    const answer = await callElb("DescribeTargetGroups", (options) =>
      elb.send(new DescribeTargetGroupsCommand({ Names: [targetGroupName(who)] }), options),
    );
    return answer.TargetGroups?.[0] ?? null;
  } catch (error) {
    if (isAwsError(error, "TargetGroupNotFoundException")) return null;
    throw error;
  }
}

export async function ensureTargetGroup(elb: ElasticLoadBalancingV2Client, wish: Wish): Promise<TargetGroup> {
  const found = await findTargetGroup(elb, wish);
  const group = found ? await mend(elb, found, wish) : await create(elb, wish);
  await ensureDelay(elb, group.TargetGroupArn!, String(nearestDelay(wish.drainSeconds)));
  return group;
}

async function create(elb: ElasticLoadBalancingV2Client, wish: Wish): Promise<TargetGroup> {
  const answer = await callElb("CreateTargetGroup", (options) =>
    elb.send(
      new CreateTargetGroupCommand({
        Name: targetGroupName(wish),
        Protocol: "HTTP",
        Port: wish.port,
        VpcId: wish.loadBalancer.vpcId,
        TargetType: wish.targetType ?? "ip",
        ...checks(wish),
        Tags: tagsOf(wish),
      }),
      options,
    ),
  );
  return answer.TargetGroups![0]!;
}

async function mend(elb: ElasticLoadBalancingV2Client, group: TargetGroup, wish: Wish): Promise<TargetGroup> {
  const wanted = checks(wish);
  const same = (Object.keys(wanted) as (keyof typeof wanted)[]).every((name) =>
    name === "Matcher" ? group.Matcher?.HttpCode === HEALTHY_CODES : group[name] === wanted[name],
  );
  if (!same)
    await callElb("ModifyTargetGroup", (options) =>
      elb.send(new ModifyTargetGroupCommand({ TargetGroupArn: group.TargetGroupArn, ...wanted }), options),
    );
  return group;
}

function checks({ health }: Wish) {
  const legal = nearestLegal(health);
  return {
    HealthCheckPath: legal.path,
    HealthCheckIntervalSeconds: legal.intervalSeconds,
    HealthCheckTimeoutSeconds: legal.timeoutSeconds,
    HealthyThresholdCount: legal.healthyThreshold,
    UnhealthyThresholdCount: legal.unhealthyThreshold,
    Matcher: { HttpCode: HEALTHY_CODES },
  };
}

async function ensureDelay(
  elb: ElasticLoadBalancingV2Client,
  TargetGroupArn: string,
  seconds: string,
): Promise<void> {
  const { Attributes = [] } = await callElb("DescribeTargetGroupAttributes", (options) =>
    elb.send(new DescribeTargetGroupAttributesCommand({ TargetGroupArn }), options),
  );
  if (Attributes.find(({ Key }) => Key === DELAY)?.Value === seconds) return;
  await callElb("ModifyTargetGroupAttributes", (options) =>
    elb.send(
      new ModifyTargetGroupAttributesCommand({
        TargetGroupArn,
        Attributes: [{ Key: DELAY, Value: seconds }],
      }),
      options,
    ),
  );
}

export async function deleteTargetGroup(
  elb: ElasticLoadBalancingV2Client,
  TargetGroupArn: string,
): Promise<void> {
  await callElb("DeleteTargetGroup", (options) =>
    elb.send(new DeleteTargetGroupCommand({ TargetGroupArn }), options),
  );
}
