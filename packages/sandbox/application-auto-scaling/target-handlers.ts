// Scalable targets on the wire: registered with their bounds, told of, and let go.
import { createHash } from "node:crypto";
import type {
  DeregisterScalableTargetRequest,
  DescribeScalableTargetsRequest,
  DescribeScalingActivitiesRequest,
  RegisterScalableTargetRequest,
} from "@aws-sdk/client-application-auto-scaling";
import { pageOf } from "../machines/pages.ts";
import type { Handler } from "../platform.ts";
import { deleteAlarms } from "../target-tracking/alarms.ts";
import { checkNamespace, invalid, missing, need, placeOf, type ScalableTarget, type State } from "./model.ts";
import { namespaceOf, type Scaled, scaledOf } from "./scaled.ts";

export function targetHandlers(state: State): Record<string, Handler> {
  return {
    RegisterScalableTarget: (input: RegisterScalableTargetRequest) => register(state, input),
    DescribeScalableTargets: (input: DescribeScalableTargetsRequest) => {
      checkNamespace(input);
      const found = state.targets
        .list()
        .filter(({ resourceId }) => namespaceOf(resourceId) === input.ServiceNamespace)
        .filter(({ resourceId }) => !input.ResourceIds?.length || input.ResourceIds.includes(resourceId));
      const page = pageOf(found, input.MaxResults ?? 50, input.NextToken);
      return { ScalableTargets: page.items.map((one) => describe(state, one)), NextToken: page.next };
    },
    DeregisterScalableTarget: async (input: DeregisterScalableTargetRequest) => {
      checkNamespace(input);
      const target = need(state, input.ResourceId);
      for (const { alarms } of target.policies) await deleteAlarms(state.platform, alarms);
      state.targets.delete(target.resourceId);
      return {};
    },
    DescribeScalingActivities: (input: DescribeScalingActivitiesRequest) => {
      checkNamespace(input);
      const found = state.targets
        .list()
        .filter(({ resourceId }) => namespaceOf(resourceId) === input.ServiceNamespace)
        .filter(({ resourceId }) => !input.ResourceId || resourceId === input.ResourceId)
        .flatMap(({ activities }) => activities)
        .sort((a, b) => b.startedAt - a.startedAt)
        .map(({ startedAt, endedAt, ...one }) => ({
          ...one,
          StartTime: new Date(startedAt),
          EndTime: new Date(endedAt),
        }));
      const page = pageOf(found, input.MaxResults ?? 50, input.NextToken);
      return { ScalingActivities: page.items, NextToken: page.next };
    },
  };
}

async function register(state: State, input: RegisterScalableTargetRequest) {
  checkNamespace(input);
  if (input.Tags && Object.keys(input.Tags).length > 0) throw missing("Tags");
  const resourceId = input.ResourceId ?? "";
  const before = state.targets.get(resourceId);
  const [min, max] = [input.MinCapacity ?? before?.min, input.MaxCapacity ?? before?.max];
  if (min === undefined || max === undefined)
    throw invalid("Both MinCapacity and MaxCapacity are required to register a new scalable target");
  if (min < 0 || max < min) throw invalid(`MaxCapacity ${max} must not be below MinCapacity ${min}`);
  const scaled = scaledOf(input.ServiceNamespace);
  if (!before && !(await isThere(state, scaled, resourceId)))
    throw invalid(`The resource doesn't exist: ${resourceId}`);
  const { region, accountId } = state.platform;
  const id = createHash("sha256").update(resourceId).digest("hex").slice(0, 28);
  const suspended = input.SuspendedState;
  const target: ScalableTarget = {
    policies: [],
    activities: [],
    createdAt: state.platform.now(),
    arn: `arn:aws:application-autoscaling:${region}:${accountId}:scalable-target/${id}`,
    ...(state.targets.get(resourceId) ?? {}),
    ...{ resourceId, min, max },
    isSuspended: {
      in: suspended?.DynamicScalingInSuspended ?? before?.isSuspended.in ?? false,
      out: suspended?.DynamicScalingOutSuspended ?? before?.isSuspended.out ?? false,
    },
  };
  state.targets.set(resourceId, target);
  return { ScalableTargetARN: target.arn };
}

/** AWS also takes a version without provisioned concurrency, and gives it the least; here it comes first. */
async function isThere({ platform }: State, scaled: Scaled, resourceId: string): Promise<boolean> {
  return (await scaled.read(platform, resourceId)) !== null;
}

function describe({ platform }: State, target: ScalableTarget) {
  return {
    ...placeOf(target),
    MinCapacity: target.min,
    MaxCapacity: target.max,
    RoleARN: `arn:aws:iam::${platform.accountId}:role/aws-service-role/${scaledOf(namespaceOf(target.resourceId)).role}`,
    CreationTime: new Date(target.createdAt),
    SuspendedState: {
      DynamicScalingInSuspended: target.isSuspended.in,
      DynamicScalingOutSuspended: target.isSuspended.out,
      ScheduledScalingSuspended: false,
    },
    ScalableTargetARN: target.arn,
  };
}
