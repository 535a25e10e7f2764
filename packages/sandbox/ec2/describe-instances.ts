// Instances as EC2 tells of them, by id, by filter, in pages.
import type {
  DescribeInstanceStatusRequest,
  DescribeInstancesRequest,
  Instance,
  InstanceState,
  InstanceStateName,
} from "@aws-sdk/client-ec2";
import { pageOf } from "../machines/pages.ts";
import { AwsError, type Handler } from "../platform.ts";
import { type FilterFields, filterItems } from "./filters.ts";
import { forgetTerminated } from "./instance-life.ts";
import type { InstanceRecord } from "./model.ts";
import { findSubnet, VPC_ID } from "./network.ts";
import { findInstances, type State } from "./state.ts";
import { tagList } from "./tags.ts";

// EC2 API reference, InstanceState.
const STATE_CODES: Record<InstanceStateName, number> = {
  pending: 0,
  running: 16,
  "shutting-down": 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
};

export function stateOf(name: InstanceStateName): InstanceState {
  return { Code: STATE_CODES[name], Name: name };
}

export function describeHandlers(state: State): Record<string, Handler> {
  return {
    DescribeInstances: (input: DescribeInstancesRequest) => {
      const page = select(state, input);
      const reservations = new Map<string, InstanceRecord[]>();
      for (const one of page.items)
        reservations.set(one.reservationId, [...(reservations.get(one.reservationId) ?? []), one]);
      return {
        Reservations: [...reservations].map(([id, members]) => reservation(state, id, members)),
        NextToken: page.next,
      };
    },
    DescribeInstanceStatus: (input: DescribeInstanceStatusRequest) => {
      const all = input.IncludeAllInstances === true;
      const page = select(state, input, (one) => all || one.state === "running");
      return {
        InstanceStatuses: page.items.map((one) => describeStatus(state, one)),
        NextToken: page.next,
      };
    },
  };
}

type Selection = Pick<DescribeInstancesRequest, "InstanceIds" | "Filters" | "MaxResults" | "NextToken">;

function select(state: State, input: Selection, also: (one: InstanceRecord) => boolean = () => true) {
  forgetTerminated(state);
  if (input.InstanceIds?.length && input.MaxResults !== undefined)
    throw new AwsError(
      "InvalidParameterCombination",
      "The parameter instancesSet cannot be used with the parameter maxResults",
    );
  const named = input.InstanceIds?.length ? findInstances(state, input.InstanceIds) : byLaunch(state);
  const found = filterItems(named.filter(also), input.Filters, fieldsOf(state));
  // EC2 API reference, DescribeInstances: MaxResults is 5 to 1000.
  return pageOf(found, pageSize(input.MaxResults, 5, 1_000), input.NextToken);
}

export function pageSize(asked: number | undefined, min: number, max: number): number {
  if (asked === undefined) return max;
  if (asked < min || asked > max)
    throw new AwsError(
      "InvalidParameterValue",
      `Value ( ${asked} ) for parameter maxResults is invalid. Expecting a value of ${min} to ${max}.`,
    );
  return asked;
}

function byLaunch(state: State): InstanceRecord[] {
  return state.instances.list().sort((a, b) => a.launchedAt - b.launchedAt || a.launchIndex - b.launchIndex);
}

function fieldsOf(state: State): FilterFields<InstanceRecord> {
  return {
    "instance-id": ({ id }) => [id],
    "instance-state-name": ({ state }) => [state],
    "instance-state-code": ({ state }) => [String(STATE_CODES[state])],
    "image-id": ({ imageId }) => [imageId],
    "instance-type": ({ type }) => [type],
    "reservation-id": ({ reservationId }) => [reservationId],
    "client-token": ({ clientToken }) => [clientToken],
    "subnet-id": ({ subnetId }) => [subnetId],
    "vpc-id": () => [VPC_ID],
    "availability-zone": ({ subnetId }) => [findSubnet(state.platform, subnetId).zone],
    architecture: ({ architecture }) => [architecture],
    "private-ip-address": (one) => [addressOf(state, one)],
    "iam-instance-profile.arn": ({ profileArn }) => [profileArn],
    "instance.group-id": ({ securityGroupIds }) => securityGroupIds,
  };
}

function addressOf(state: State, { id }: InstanceRecord): string | undefined {
  return state.machines.fleet.record(id) && state.machines.fleet.machine(id).address;
}

export function reservation(state: State, ReservationId: string, members: InstanceRecord[]) {
  const Instances = members.map((one) => describeInstance(state, one));
  return { ReservationId, OwnerId: state.platform.accountId, Groups: [], Instances };
}

export function describeInstance(state: State, one: InstanceRecord): Instance {
  const address = addressOf(state, one);
  const isGone = one.state === "terminated";
  return {
    InstanceId: one.id,
    ImageId: one.imageId,
    InstanceType: one.type as Instance["InstanceType"],
    Architecture: one.architecture,
    State: stateOf(one.state),
    ...(one.reason && {
      StateReason: { Code: one.reason.code, Message: one.reason.message },
      StateTransitionReason: one.reason.message,
    }),
    AmiLaunchIndex: one.launchIndex,
    ClientToken: one.clientToken ?? "",
    LaunchTime: new Date(one.launchedAt),
    Placement: {
      AvailabilityZone: findSubnet(state.platform, one.subnetId).zone,
      Tenancy: "default",
      GroupName: "",
    },
    ...(!isGone && { SubnetId: one.subnetId, VpcId: VPC_ID, PrivateIpAddress: address }),
    PrivateDnsName: address && !isGone ? `ip-${address.replaceAll(".", "-")}.ec2.internal` : "",
    SecurityGroups: isGone ? [] : one.securityGroupIds.map((GroupId) => ({ GroupId, GroupName: GroupId })),
    ...(one.profileArn && { IamInstanceProfile: { Arn: one.profileArn, Id: "AIPASANDBOX" } }),
    Monitoring: { State: "disabled" },
    BlockDeviceMappings: attachedTo(state, one.id),
    RootDeviceType: "ebs",
    RootDeviceName: "/dev/xvda",
    VirtualizationType: "hvm",
    Hypervisor: "xen",
    Tags: tagList(one.tags),
  };
}

/** The volumes that were attached; the root device is no volume here. */
function attachedTo(state: State, id: string): Instance["BlockDeviceMappings"] {
  return state.volumes.list().flatMap(({ id: VolumeId, attachment }) =>
    attachment?.instanceId === id
      ? [
          {
            DeviceName: attachment.device,
            Ebs: {
              VolumeId,
              Status: attachment.state === "busy" ? "detaching" : attachment.state,
              AttachTime: new Date(attachment.attachedAt),
              DeleteOnTermination: attachment.deletesOnTermination,
            },
          },
        ]
      : [],
  );
}

/** The machine is a directory and processes of this very host: where it runs, it is reachable. */
function describeStatus(state: State, one: InstanceRecord) {
  const status = one.state === "running" ? "ok" : "not-applicable";
  const summary = {
    Status: status,
    Details: status === "ok" ? [{ Name: "reachability", Status: "passed" }] : [],
  };
  return {
    InstanceId: one.id,
    AvailabilityZone: findSubnet(state.platform, one.subnetId).zone,
    InstanceState: stateOf(one.state),
    InstanceStatus: summary,
    SystemStatus: summary,
  };
}
