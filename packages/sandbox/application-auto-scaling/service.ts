// Application Auto Scaling of the sandbox: the one entry of this folder.
import * as applicationAutoScaling from "@aws-sdk/client-application-auto-scaling";
import type { AlsoNeeded, Platform, Service } from "../platform.ts";
import { createPolicyWatch } from "./follow-policies.ts";
import { openState, type State } from "./model.ts";
import { policyHandlers } from "./policy-handlers.ts";
import { namespaceOf, scaledOf } from "./scaled.ts";
import { targetHandlers } from "./target-handlers.ts";

type Asked = { ResourceId?: string };

export function createApplicationAutoScaling(platform: Platform): Service {
  const state = openState(platform);
  const watch = createPolicyWatch(state);
  const { region, accountId } = platform;
  const targetArn = ({ ResourceId = "" }: Asked) => [
    state.targets.get(ResourceId)?.arn ??
      `arn:aws:application-autoscaling:${region}:${accountId}:scalable-target/*`,
  ];
  return {
    name: "application-autoscaling",
    module: applicationAutoScaling,
    Client: applicationAutoScaling.ApplicationAutoScalingClient,
    handlers: { ...targetHandlers(state), ...policyHandlers(state) },
    iamResources: {
      RegisterScalableTarget: targetArn,
      DeregisterScalableTarget: targetArn,
      PutScalingPolicy: targetArn,
      DeleteScalingPolicy: targetArn,
    },
    iamAlso: also(state),
    start: async () => watch.start(),
    stop: async () => watch.stop(),
  };
}

/** Whoever scales something must be allowed to change it, and to keep the alarms of a policy (user guide, "Permissions validation"). */
function also({ platform, targets }: State): Service["iamAlso"] {
  const { region, accountId } = platform;
  const onScaled = ({ ResourceId = "" }: Asked): AlsoNeeded[] =>
    scaledOf(namespaceOf(ResourceId)).needs(platform, ResourceId);
  const onAlarms = (action: string, { ResourceId }: Asked): AlsoNeeded[] => [
    { action, resource: `arn:aws:cloudwatch:${region}:${accountId}:alarm:TargetTracking-${ResourceId}-*` },
  ];
  return {
    RegisterScalableTarget: onScaled,
    PutScalingPolicy: (asked: Asked) => onAlarms("cloudwatch:PutMetricAlarm", asked),
    DeleteScalingPolicy: (asked: Asked) => onAlarms("cloudwatch:DeleteAlarms", asked),
    DeregisterScalableTarget: (asked: Asked) =>
      targets.get(asked.ResourceId ?? "")?.policies.length ? onAlarms("cloudwatch:DeleteAlarms", asked) : [],
  };
}
