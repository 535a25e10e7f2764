// What IAM is asked about EC2's operations (Service Authorization Reference, Amazon EC2): launching touches the image,
// the template, the instance to be and its network; tagging what is made takes ec2:CreateTags beside; a profile's role
// is handed over, so iam:PassRole. Describe operations know no resources.
import type {
  CreateImageRequest,
  CreateLaunchTemplateRequest,
  CreateVolumeRequest,
  RequestLaunchTemplateData,
  RunInstancesRequest,
} from "@aws-sdk/client-ec2";
import type { AlsoNeeded, Platform, Service } from "../platform.ts";
import { DEFAULT_GROUP_ID, subnets } from "./network.ts";
import { arnOf, type State } from "./state.ts";
import { findTemplate, findVersion } from "./templates.ts";

type Named = { LaunchTemplateId?: string; LaunchTemplateName?: string };

export function iamResources(state: State): Service["iamResources"] {
  const arn = (kind: string, id = "*") => arnOf(state.platform, kind, id);
  const instances = ({ InstanceIds = [] }: { InstanceIds?: string[] }) =>
    InstanceIds.map((id) => arn("instance", id));
  const template = (input: Named) => [arn("launch-template", templateId(state, input))];
  const attaching = ({ VolumeId, InstanceId }: { VolumeId?: string; InstanceId?: string }) => [
    arn("volume", VolumeId),
    ...(InstanceId ? [arn("instance", InstanceId)] : []),
  ];
  const tagged = ({ Resources = [] }: { Resources?: string[] }) => Resources.map((id) => arn(kindOf(id), id));
  return {
    StartInstances: instances,
    StopInstances: instances,
    RebootInstances: instances,
    TerminateInstances: instances,
    GetConsoleOutput: ({ InstanceId }: { InstanceId?: string }) => [arn("instance", InstanceId)],
    CreateTags: tagged,
    DeleteTags: tagged,
    CreateImage: ({ InstanceId }: CreateImageRequest) => [
      arn("instance", InstanceId),
      arn("image"),
      arn("snapshot"),
    ],
    DeregisterImage: ({ ImageId }: { ImageId?: string }) => [arn("image", ImageId)],
    CreateVolume: ({ SnapshotId }: CreateVolumeRequest) => [
      arn("volume"),
      ...(SnapshotId ? [arn("snapshot", SnapshotId)] : []),
    ],
    AttachVolume: attaching,
    DetachVolume: attaching,
    ModifyVolume: ({ VolumeId }: { VolumeId?: string }) => [arn("volume", VolumeId)],
    DeleteVolume: ({ VolumeId }: { VolumeId?: string }) => [arn("volume", VolumeId)],
    CreateSnapshot: ({ VolumeId }: { VolumeId?: string }) => [arn("volume", VolumeId), arn("snapshot")],
    DeleteSnapshot: ({ SnapshotId }: { SnapshotId?: string }) => [arn("snapshot", SnapshotId)],
    CreateLaunchTemplate: () => [arn("launch-template")],
    CreateLaunchTemplateVersion: template,
    ModifyLaunchTemplate: template,
    DeleteLaunchTemplate: template,
    DeleteLaunchTemplateVersions: template,
    RunInstances: (input: RunInstancesRequest) => launchArns(state, input),
  };
}

export function launchArns(state: State, input: RunInstancesRequest): string[] {
  const { platform } = state;
  const arn = (kind: string, id = "*") => arnOf(platform, kind, id);
  const data = launchData(state, input);
  const network = data.NetworkInterfaces?.[0];
  const groups = data.SecurityGroupIds ?? network?.Groups ?? [DEFAULT_GROUP_ID];
  return [
    arn("instance"),
    arn("image", data.ImageId?.startsWith("ami-") ? data.ImageId : "*"),
    arn("subnet", data.SubnetId ?? network?.SubnetId ?? subnets(platform)[0]!.id),
    ...groups.map((id) => arn("security-group", id)),
    arn("volume"),
    arn("network-interface"),
    ...(input.LaunchTemplate ? [arn("launch-template", templateId(state, input.LaunchTemplate))] : []),
  ];
}

/** The tags of what is there already; what is yet to be made has none. */
export function iamContext(state: State): NonNullable<Service["iamContext"]> {
  const kinds = {
    instance: state.instances,
    image: state.images,
    snapshot: state.snapshots,
    volume: state.volumes,
    "launch-template": state.templates,
  };
  return (resource) => {
    const [kind = "", id = ""] = resource.split(":").at(-1)!.split("/");
    const tags = kinds[kind as keyof typeof kinds]?.get(id)?.tags ?? {};
    return Object.fromEntries(
      Object.entries(tags).map(([key, value]) => [`aws:ResourceTag/${key}`, value] as const),
    );
  };
}

export function iamAlso(state: State): Service["iamAlso"] {
  const { platform } = state;
  const tagging =
    (operation: string) =>
    ({ TagSpecifications = [] }: Pick<CreateImageRequest, "TagSpecifications">): AlsoNeeded[] =>
      TagSpecifications.map(({ ResourceType = "*" }) => ({
        action: "ec2:CreateTags",
        resource: arnOf(platform, ResourceType, "*"),
        context: { "ec2:CreateAction": operation },
      }));
  return {
    CreateImage: tagging("CreateImage"),
    CreateVolume: tagging("CreateVolume"),
    CreateSnapshot: tagging("CreateSnapshot"),
    CreateLaunchTemplate: (input: CreateLaunchTemplateRequest) => tagging("CreateLaunchTemplate")(input),
    RunInstances: (input: RunInstancesRequest) => {
      const data = launchData(state, input);
      const tags = tagging("RunInstances")(data as CreateImageRequest);
      return [...tags, ...passRole(platform, data.IamInstanceProfile)];
    },
  };
}

/** By convention the role of an instance profile is named as the profile is: the sandbox has no profiles of their own. */
export function passRole(
  { accountId }: Platform,
  profile: { Arn?: string; Name?: string } | undefined,
): AlsoNeeded[] {
  const name = profile?.Name ?? profile?.Arn?.split(":instance-profile/")[1];
  const context = { "iam:PassedToService": "ec2.amazonaws.com" };
  return name
    ? [{ action: "iam:PassRole", resource: `arn:aws:iam::${accountId}:role/${name}`, context }]
    : [];
}

/** The request over its template; what is wrong with either is the handler's to say. */
export function launchData(
  state: State,
  input: RunInstancesRequest,
): RequestLaunchTemplateData & { SubnetId?: string } {
  const own = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
  const named = input.LaunchTemplate;
  if (!named) return own;
  try {
    const template = findTemplate(state, named.LaunchTemplateId, named.LaunchTemplateName);
    return { ...findVersion(template, named.Version ?? "$Default").data, ...own };
  } catch {
    return own;
  }
}

function templateId(state: State, { LaunchTemplateId, LaunchTemplateName }: Named): string | undefined {
  if (LaunchTemplateId) return LaunchTemplateId;
  return state.templates.list().find((one) => one.name === LaunchTemplateName)?.id;
}

function kindOf(id: string): string {
  const kinds: Record<string, string> = {
    i: "instance",
    ami: "image",
    snap: "snapshot",
    vol: "volume",
    lt: "launch-template",
  };
  return kinds[id.split("-")[0]!] ?? "*";
}
