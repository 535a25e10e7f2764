// What RunInstances is to launch: the request over the launch template's version, checked as EC2 checks it.
import type { RequestLaunchTemplateData, RunInstancesRequest } from "@aws-sdk/client-ec2";
import { AwsError } from "../platform.ts";
import { findUsableImage, IMAGE_GIB } from "./images.ts";
import { architectureOf, isOffered } from "./instance-types.ts";
import type { ImageRecord, Tags } from "./model.ts";
import { checkGroups, DEFAULT_GROUP_ID, findSubnet, subnets } from "./network.ts";
import type { State } from "./state.ts";
import { specifiedTags } from "./tags.ts";
import { findTemplate, findVersion } from "./templates.ts";

export type LaunchRequest = {
  image: ImageRecord;
  type: string;
  subnetId: string;
  securityGroupIds: string[];
  profileArn: string | undefined;
  userData: string | undefined;
  /** MetadataOptions.InstanceMetadataTags: enabled. */
  tellsTags: boolean;
  tags: Tags;
  minCount: number;
  maxCount: number;
};

// EC2 user guide, "Run commands when you launch": 16 KB, before encoding.
const MAX_USER_DATA_BYTES = 16 * 1024;
const TAGGABLE = ["instance", "volume", "network-interface", "spot-instances-request"];

type LaunchData = RequestLaunchTemplateData & { SubnetId?: string; PrivateIpAddress?: string };

/** Those that would promise something that does not happen here. What only sizes or watches a machine is let pass. */
const NOT_IMPLEMENTED: (keyof LaunchData)[] = [
  "InstanceMarketOptions",
  "PrivateIpAddress",
  "DisableApiTermination",
  "HibernationOptions",
  "CapacityReservationSpecification",
  "LicenseSpecifications",
  "InstanceRequirements",
];

export async function readLaunch(state: State, input: RunInstancesRequest): Promise<LaunchRequest> {
  const template = templateOf(state, input);
  const data: LaunchData = { ...template?.data, ...defined(input) };
  const image = await findUsableImage(state, data.ImageId);
  const type = data.InstanceType ?? "m1.small";
  checkArchitecture(image, type);
  const [minCount, maxCount] = counts(input);
  const network = data.NetworkInterfaces?.[0];
  const securityGroupIds = data.SecurityGroupIds ?? network?.Groups ?? [DEFAULT_GROUP_ID];
  checkGroups(securityGroupIds);
  refuseUnimplemented(data);
  checkRoot(data);
  const tags: Tags = {
    ...specifiedTags(template?.data.TagSpecifications, "instance", TAGGABLE),
    ...specifiedTags(input.TagSpecifications, "instance", TAGGABLE),
    ...template?.tags,
  };
  const tellsTags = data.MetadataOptions?.InstanceMetadataTags === "enabled";
  if (tellsTags) checkTold(tags);
  return {
    image,
    type,
    subnetId: subnetOf(state, data, type),
    securityGroupIds,
    profileArn: profileArn(state, data.IamInstanceProfile),
    userData: checkUserData(data.UserData),
    tellsTags,
    tags,
    minCount,
    maxCount,
  };
}

/** EC2 user guide, "View tags in instance metadata": which keys may be, where the metadata tells of them. */
export function checkTold(tags: Tags): void {
  const wrong = Object.keys(tags).find(
    (key) => !/^[\w+\-=.,:@]+$/.test(key) || /^(\.|\.\.|_index)$/.test(key),
  );
  if (wrong !== undefined)
    throw invalid(
      `'${wrong}' is not a valid tag key. Tag keys must match pattern ([0-9a-zA-Z\\-_+=,.@:]{1,255}), and must not be a reserved name ('.', '..', '_index')`,
    );
}

function refuseUnimplemented(data: LaunchData): void {
  const mapped = data.BlockDeviceMappings?.find(({ DeviceName }) => DeviceName !== "/dev/xvda");
  if (mapped)
    throw new AwsError(
      "NotImplemented",
      `The sandbox launches with no other disk than /dev/xvda: ${mapped.DeviceName}.`,
    );
  const given = NOT_IMPLEMENTED.find((name) => data[name] !== undefined && data[name] !== false);
  if (given) throw new AwsError("NotImplemented", `The sandbox does not implement ${given} of RunInstances.`);
  if (data.KeyName)
    throw new AwsError("InvalidKeyPair.NotFound", `The key pair '${data.KeyName}' does not exist`);
}

/** The root device is no volume here, so its size is checked and nothing else. EC2 user guide, "Instance launch issues": no smaller than the image's snapshot. */
function checkRoot({ BlockDeviceMappings = [] }: LaunchData): void {
  const size = BlockDeviceMappings[0]?.Ebs?.VolumeSize;
  if (size !== undefined && size < IMAGE_GIB)
    throw new AwsError(
      "InvalidBlockDeviceMapping",
      `Volume of size ${size}GB is smaller than snapshot, expect size>= ${IMAGE_GIB}GB`,
    );
}

/** EC2 user guide, "Instance launch issues": not every zone has every type. */
function subnetOf({ platform }: State, data: LaunchData, type: string): string {
  const wanted = data.SubnetId ?? data.NetworkInterfaces?.[0]?.SubnetId;
  if (wanted) {
    const { id, zone } = findSubnet(platform, wanted);
    if (isOffered(type, zone)) return id;
    throw new AwsError(
      "Unsupported",
      `Your requested instance type (${type}) is not supported in your requested Availability Zone (${zone}).`,
    );
  }
  const zone = data.Placement?.AvailabilityZone;
  const found = subnets(platform).find((one) => !zone || one.zone === zone);
  if (found) return found.id;
  throw invalid(`Invalid availability zone: [${zone}]`);
}

/** The version's data, and the tags that say where an instance comes from. */
function templateOf(state: State, { LaunchTemplate }: RunInstancesRequest) {
  if (!LaunchTemplate) return undefined;
  const template = findTemplate(state, LaunchTemplate.LaunchTemplateId, LaunchTemplate.LaunchTemplateName);
  const version = findVersion(template, LaunchTemplate.Version ?? "$Default");
  return {
    data: version.data,
    tags: {
      "aws:ec2launchtemplate:id": template.id,
      "aws:ec2launchtemplate:version": String(version.number),
    },
  };
}

function defined(input: RunInstancesRequest): LaunchData {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
}

function counts({ MinCount, MaxCount }: RunInstancesRequest): [number, number] {
  if (!MinCount || !MaxCount)
    throw new AwsError("MissingParameter", "The request must contain the parameters MinCount and MaxCount");
  if (MinCount < 1 || MinCount > MaxCount)
    throw invalid(`Value (${MinCount}) for parameter minCount is invalid. It must be 1 to maxCount.`);
  return [MinCount, MaxCount];
}

export function checkArchitecture(image: ImageRecord, type: string): void {
  const architecture = architectureOf(type);
  if (architecture !== image.architecture)
    throw invalid(
      `The architecture '${architecture}' of the specified instance type does not match the architecture '${image.architecture}' of the specified AMI. Specify an instance type and an AMI that have matching architectures, and try again.`,
    );
}

function checkUserData(userData: string | undefined): string | undefined {
  if (!userData) return undefined;
  if (!/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(userData)) throw invalid("Invalid BASE64 encoding of user data.");
  if (Buffer.from(userData, "base64").length > MAX_USER_DATA_BYTES)
    throw invalid(`User data is limited to ${MAX_USER_DATA_BYTES} bytes`);
  return userData;
}

function profileArn(
  { platform }: State,
  profile: { Arn?: string; Name?: string } | undefined,
): string | undefined {
  if (profile?.Arn) return profile.Arn;
  return profile?.Name ? `arn:aws:iam::${platform.accountId}:instance-profile/${profile.Name}` : undefined;
}

function invalid(message: string): AwsError {
  return new AwsError("InvalidParameterValue", message);
}
