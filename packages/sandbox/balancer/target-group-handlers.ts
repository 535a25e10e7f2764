// Target groups: their settings and attributes.
import { isDeepStrictEqual } from "node:util";
import type {
  TargetGroup as ApiTargetGroup,
  CreateTargetGroupInput,
  DeleteTargetGroupInput,
  DescribeTargetGroupAttributesInput,
  DescribeTargetGroupsInput,
  ModifyTargetGroupAttributesInput,
  ModifyTargetGroupInput,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { AwsError, type Handler } from "../platform.ts";
import { restartChecks } from "./health-checks.ts";
import { readHealth } from "./health-settings.ts";
import { checkName, checkRange, invalid, newId, pageOf, tagsOf } from "./input.ts";
import { type LiveGroup, newGroup } from "./live-group.ts";
import { close } from "./live-target.ts";
import type { TargetGroup } from "./model.ts";
import { changed, checkingOf, findGroup, findLoadBalancer, groupsInUse, type State } from "./state.ts";

const ATTRIBUTES: Record<string, string> = {
  "deregistration_delay.timeout_seconds": "300",
  "load_balancing.algorithm.type": "round_robin",
  "slow_start.duration_seconds": "0",
  "stickiness.enabled": "false",
  "stickiness.type": "lb_cookie",
};

export function targetGroupHandlers(state: State): Record<string, Handler> {
  const describe = (group: LiveGroup) => describeGroup(group.settings, groupsInUse(state));

  return {
    CreateTargetGroup: async (input: CreateTargetGroupInput) => {
      const settings = newTargetGroup(state, input);
      const before = [...state.groups.values()].find((one) => one.settings.name === settings.name);
      if (before) {
        if (!isSame(before.settings, settings))
          throw new AwsError(
            "DuplicateTargetGroupNameException",
            `A target group with the same name '${settings.name}' exists, but with different settings`,
          );
        return { TargetGroups: [describe(before)] };
      }
      const group = newGroup(settings);
      state.groups.set(settings.arn, group);
      await changed(state);
      return { TargetGroups: [describe(group)] };
    },
    ModifyTargetGroup: async (input: ModifyTargetGroupInput) => {
      const group = findGroup(state, input.TargetGroupArn);
      group.settings = { ...group.settings, health: readHealth(input, group.settings.health) };
      restartChecks(group, checkingOf(state));
      await changed(state);
      return { TargetGroups: [describe(group)] };
    },
    DescribeTargetGroups: (input: DescribeTargetGroupsInput) => {
      const page = pageOf(select(state, input), input.Marker, input.PageSize);
      return { TargetGroups: page.items.map(describe), NextMarker: page.next };
    },
    DeleteTargetGroup: async (input: DeleteTargetGroupInput) => {
      const group = state.groups.get(input.TargetGroupArn ?? "");
      // Idempotent, as on AWS.
      if (!group) return {};
      if (groupsInUse(state).has(group.settings.arn))
        throw new AwsError(
          "ResourceInUseException",
          `Target group '${group.settings.arn}' is currently in use by a listener or a rule`,
        );
      for (const target of group.targets.values()) close(target);
      state.groups.delete(group.settings.arn);
      await changed(state);
      return {};
    },
    DescribeTargetGroupAttributes: (input: DescribeTargetGroupAttributesInput) => ({
      Attributes: attributesOf(findGroup(state, input.TargetGroupArn)),
    }),
    ModifyTargetGroupAttributes: async (input: ModifyTargetGroupAttributesInput) => {
      const group = findGroup(state, input.TargetGroupArn);
      const wanted = (input.Attributes ?? []).map(({ Key = "", Value = "" }) => [
        Key,
        checkAttribute(Key, Value),
      ]);
      const attributes = { ...group.settings.attributes, ...Object.fromEntries(wanted) };
      group.settings = { ...group.settings, attributes };
      await changed(state);
      return { Attributes: attributesOf(group) };
    },
  };
}

function newTargetGroup(state: State, input: CreateTargetGroupInput): TargetGroup {
  const name = checkName(input.Name, "Target group");
  const targetType = input.TargetType ?? "instance";
  if (targetType !== "instance" && targetType !== "ip")
    throw invalid(`Target type '${targetType}' is not implemented in the sandbox: instance or ip`);
  if (input.Protocol !== "HTTP" || (input.ProtocolVersion ?? "HTTP1") !== "HTTP1")
    throw invalid(
      `Protocol '${input.Protocol}' '${input.ProtocolVersion ?? ""}' is not implemented in the sandbox: HTTP, HTTP1`,
    );
  const { region, accountId } = state.platform;
  return {
    arn: `arn:aws:elasticloadbalancing:${region}:${accountId}:targetgroup/${name}/${newId()}`,
    name,
    targetType,
    port: checkRange(input.Port ?? 0, 1, 65_535, "Port"),
    vpcId: input.VpcId,
    health: readHealth(input),
    attributes: ATTRIBUTES,
    targets: [],
    tags: tagsOf(input.Tags),
  };
}

function isSame(a: TargetGroup, b: TargetGroup): boolean {
  const settings = ({ targetType, port, vpcId, health }: TargetGroup) => ({
    targetType,
    port,
    vpcId,
    health,
  });
  return isDeepStrictEqual(settings(a), settings(b));
}

function describeGroup(settings: TargetGroup, used: Map<string, Set<string>>): ApiTargetGroup {
  const { health } = settings;
  return {
    TargetGroupArn: settings.arn,
    TargetGroupName: settings.name,
    Protocol: "HTTP",
    ProtocolVersion: "HTTP1",
    Port: settings.port,
    VpcId: settings.vpcId,
    TargetType: settings.targetType,
    IpAddressType: "ipv4",
    HealthCheckEnabled: true,
    HealthCheckProtocol: "HTTP",
    HealthCheckPort: health.port,
    HealthCheckPath: health.path,
    HealthCheckIntervalSeconds: health.intervalSeconds,
    HealthCheckTimeoutSeconds: health.timeoutSeconds,
    HealthyThresholdCount: health.healthyThreshold,
    UnhealthyThresholdCount: health.unhealthyThreshold,
    Matcher: { HttpCode: health.matcher },
    LoadBalancerArns: [...(used.get(settings.arn) ?? [])],
  };
}

function select(state: State, input: DescribeTargetGroupsInput): LiveGroup[] {
  if (input.TargetGroupArns?.length) return input.TargetGroupArns.map((arn) => findGroup(state, arn));
  const all = [...state.groups.values()];
  if (input.LoadBalancerArn) {
    const { arn } = findLoadBalancer(state, input.LoadBalancerArn);
    const used = groupsInUse(state);
    return all.filter((group) => used.get(group.settings.arn)?.has(arn));
  }
  if (!input.Names?.length) return all;
  return input.Names.map((name) => {
    const found = all.find((group) => group.settings.name === name);
    if (!found) throw new AwsError("TargetGroupNotFoundException", "One or more target groups not found");
    return found;
  });
}

function attributesOf({ settings }: LiveGroup) {
  return Object.entries(settings.attributes).map(([Key, Value]) => ({ Key, Value }));
}

function checkAttribute(key: string, value: string): string {
  if (!(key in ATTRIBUTES)) throw invalid(`Target group attribute key '${key}' is not recognized`);
  if (key === "deregistration_delay.timeout_seconds")
    return String(checkRange(Number(value), 0, 3_600, "Deregistration delay"));
  if (value !== ATTRIBUTES[key])
    throw invalid(
      `Target group attribute '${key}' = '${value}' is not implemented in the sandbox: '${ATTRIBUTES[key]}'`,
    );
  return value;
}
