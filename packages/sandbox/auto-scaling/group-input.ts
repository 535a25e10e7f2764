// What a group may be: the input of CreateAutoScalingGroup and UpdateAutoScalingGroup, checked in the words of Auto
// Scaling. What is not implemented here is refused by its name.
import type {
  CreateAutoScalingGroupType,
  LaunchTemplateSpecification,
  UpdateAutoScalingGroupType,
} from "@aws-sdk/client-auto-scaling";
import { AwsError } from "../platform.ts";
import type { Group, TemplateChoice } from "./model.ts";
import { type State, validation } from "./state.ts";
import { POLICIES } from "./termination.ts";

type Input = CreateAutoScalingGroupType & UpdateAutoScalingGroupType;

const NOT_IMPLEMENTED: (keyof Input)[] = [
  "LaunchConfigurationName",
  "MixedInstancesPolicy",
  "InstanceId",
  "LoadBalancerNames",
  "LifecycleHookSpecificationList",
  "PlacementGroup",
  "MaxInstanceLifetime",
  "InstanceMaintenancePolicy",
  "AvailabilityZoneImpairmentPolicy",
  "CapacityReservationSpecification",
  "InstanceLifecyclePolicy",
];

export function refuseUnimplemented(operation: string, input: Partial<Input>): void {
  const given = NOT_IMPLEMENTED.find((name) => {
    const value = input[name];
    return value !== undefined && value !== 0 && !(Array.isArray(value) && value.length === 0);
  });
  if (given) throw new AwsError("NotImplemented", `The sandbox does not implement ${given} of ${operation}.`);
}

type Size = { minSize: number; maxSize: number; desired: number };

export function checkSize({ minSize, maxSize, desired }: Size): void {
  for (const [name, value] of Object.entries({
    MinSize: minSize,
    MaxSize: maxSize,
    DesiredCapacity: desired,
  }))
    if (!Number.isInteger(value) || value < 0) throw validation(`${name} must be 0 or more, not ${value}`);
  if (maxSize < minSize)
    throw validation(`Max bound, ${maxSize}, must be greater than or equal to min bound, ${minSize}`);
  if (desired < minSize || desired > maxSize)
    throw validation(
      `Desired capacity:${desired} must be between the specified min size:${minSize} and max size:${maxSize}`,
    );
}

/** A bound that moves past the desired capacity takes it along, unless that is given too. */
export function newSize(group: Size, input: UpdateAutoScalingGroupType): Size {
  const minSize = input.MinSize ?? group.minSize;
  const maxSize = input.MaxSize ?? group.maxSize;
  const kept = Math.min(Math.max(group.desired, minSize), maxSize);
  const size = { minSize, maxSize, desired: input.DesiredCapacity ?? kept };
  checkSize(size);
  return size;
}

/** What both operations may set, where it is given. */
export function readSettings(state: State, input: Partial<Input>): Partial<Group> {
  const settings: Partial<Group> = {};
  if (input.DefaultCooldown !== undefined) settings.cooldownSeconds = input.DefaultCooldown;
  if (input.HealthCheckType !== undefined) settings.checksBalancer = checksBalancer(input.HealthCheckType);
  if (input.HealthCheckGracePeriod !== undefined) settings.graceSeconds = input.HealthCheckGracePeriod;
  if (input.NewInstancesProtectedFromScaleIn !== undefined)
    settings.protectsNew = input.NewInstancesProtectedFromScaleIn;
  if (input.DefaultInstanceWarmup !== undefined) settings.warmupSeconds = input.DefaultInstanceWarmup;
  if (input.TerminationPolicies?.length) settings.terminationPolicies = policies(input.TerminationPolicies);
  const subnetIds = readSubnets(state, input);
  if (subnetIds) settings.subnetIds = subnetIds;
  if (input.LaunchTemplate) settings.template = readTemplate(state, input.LaunchTemplate);
  return settings;
}

function checksBalancer(type: string): boolean {
  const types = type.split(",").map((one) => one.trim());
  const wrong = types.find((one) => one !== "EC2" && one !== "ELB");
  if (wrong !== undefined) throw validation(`HealthCheckType ${wrong} is not implemented: EC2 or ELB`);
  return types.includes("ELB");
}

function policies(names: string[]): string[] {
  const wrong = names.find((name) => !Object.hasOwn(POLICIES, name));
  if (wrong !== undefined) throw validation(`${wrong} is not a valid termination policy in the sandbox`);
  return names;
}

function readSubnets({ pool }: State, input: Partial<Input>): string[] | undefined {
  const known = pool.subnets();
  if (input.VPCZoneIdentifier) {
    const ids = input.VPCZoneIdentifier.split(",").map((id) => id.trim());
    const wrong = ids.find((id) => !known.some((subnet) => subnet.id === id));
    if (wrong !== undefined) throw validation(`The subnet ID '${wrong}' does not exist`);
    return ids;
  }
  if (!input.AvailabilityZones?.length) return undefined;
  return input.AvailabilityZones.map((zone) => {
    const subnet = known.find((one) => one.zone === zone);
    if (!subnet) throw validation(`The availability zone ${zone} does not exist`);
    return subnet.id;
  });
}

/** The version stays as it is said: $Latest and $Default mean another number at each launch. */
function readTemplate({ pool }: State, wanted: LaunchTemplateSpecification): TemplateChoice {
  const version = wanted.Version ?? "$Default";
  try {
    const { template } = pool.template(wanted.LaunchTemplateId, wanted.LaunchTemplateName, version);
    return { id: template.id, name: template.name, version };
  } catch (error) {
    throw validation(`You must use a valid fully-formed launch template. ${(error as Error).message}`);
  }
}
