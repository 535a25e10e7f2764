// The launch template of a target: one version for each release, whose number is the memory by which any of them can be
// gone back to. A version says all that an instance needs; the same release with the same settings is the same version.
import {
  CreateLaunchTemplateCommand,
  CreateLaunchTemplateVersionCommand,
  DeleteLaunchTemplateCommand,
  DeleteLaunchTemplateVersionsCommand,
  DescribeLaunchTemplatesCommand,
  DescribeLaunchTemplateVersionsCommand,
  type DescribeLaunchTemplateVersionsCommandOutput,
  type Image,
  type LaunchTemplateVersion,
  type RequestLaunchTemplateData,
} from "@aws-sdk/client-ec2";
import type { Release } from "#core/domain/release.ts";
import type { Spec } from "#core/domain/spec.ts";
import { isStateful } from "#core/domain/volume.ts";
import type { TargetContext } from "#core/driver/driver.ts";
import { callAws, isAwsError } from "#targets/host/call-aws.ts";
import { tagFilters, type Vm } from "./client.ts";
import { groundOf, ownerOf } from "./ground.ts";
import { typeFor } from "./instance-type.ts";
import { hashOf, type Label, labelOf, ownerTags, readLabel, TAGS, tagList, templateName } from "./naming.ts";
import { rootDisk } from "./root-disk.ts";
import { userDataOf } from "./scripts/compose.ts";

/** `number` is the version's, as text: so Auto Scaling takes and tells it. */
export type Version = { number: string; label: Label | null; imageId: string; type: string };

const MISSING = [
  "InvalidLaunchTemplateName.NotFoundException",
  "InvalidLaunchTemplateId.NotFound",
  // MiniStack's spelling, for a name too.
  "InvalidLaunchTemplateId.NotFoundException",
];

/** Newest first; empty where there is no template. */
export function readVersions(vm: Vm, target: TargetContext): Promise<Version[]> {
  return versionsOf(vm, templateName(vm.namePrefix, ownerOf(target)));
}

/** Names of the templates of an app, in all environments. */
export async function templatesOf({ ec2 }: Vm, app: string): Promise<string[]> {
  const answer = await callAws("ec2:DescribeLaunchTemplates", (abortSignal) =>
    ec2.send(new DescribeLaunchTemplatesCommand({ Filters: tagFilters({ [TAGS.app]: app }) }), {
      abortSignal,
    }),
  );
  return (answer.LaunchTemplates ?? []).map((one) => one.LaunchTemplateName ?? "");
}

export async function versionsOf({ ec2 }: Vm, LaunchTemplateName: string): Promise<Version[]> {
  const found: LaunchTemplateVersion[] = [];
  let NextToken: string | undefined;
  try {
    do {
      const page: DescribeLaunchTemplateVersionsCommandOutput = await callAws(
        "ec2:DescribeLaunchTemplateVersions",
        (abortSignal) =>
          ec2.send(new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateName, NextToken }), {
            abortSignal,
          }),
      );
      found.push(...(page.LaunchTemplateVersions ?? []));
      NextToken = page.NextToken;
    } while (NextToken);
  } catch (error) {
    if (isAwsError(error, ...MISSING)) return [];
    throw error;
  }
  return found
    .sort((a, b) => (b.VersionNumber ?? 0) - (a.VersionNumber ?? 0))
    .map((one) => ({
      number: String(one.VersionNumber),
      label: readLabel(one.VersionDescription),
      imageId: one.LaunchTemplateData?.ImageId ?? "",
      type: one.LaunchTemplateData?.InstanceType ?? "",
    }));
}

/** Number of the release's version with that image, made where it is missing. */
export async function ensureVersion(
  vm: Vm,
  target: TargetContext,
  release: Release,
  image: Image,
): Promise<string> {
  const versions = await readVersions(vm, target);
  const type = await typeFor(vm, target, release.id, async () => versions);
  const data = dataOf(target, release, image, type);
  const hash = hashOf(data).slice(0, 16);
  const found = versions.find(({ label }) => label?.releaseId === release.id && label.hash === hash);
  if (found) return found.number;
  const wish = { VersionDescription: labelOf(release, hash), LaunchTemplateData: data };
  return versions.length === 0 ? createTemplate(vm, target, wish) : createVersion(vm, target, wish, versions);
}

type Wish = { VersionDescription: string; LaunchTemplateData: RequestLaunchTemplateData };

async function createTemplate(vm: Vm, target: TargetContext, wish: Wish): Promise<string> {
  const LaunchTemplateName = templateName(vm.namePrefix, ownerOf(target));
  try {
    await callAws("ec2:CreateLaunchTemplate", (abortSignal) =>
      vm.ec2.send(
        new CreateLaunchTemplateCommand({
          ...wish,
          LaunchTemplateName,
          TagSpecifications: [{ ResourceType: "launch-template", Tags: tagList(ownerTags(ownerOf(target))) }],
        }),
        { abortSignal },
      ),
    );
    return "1";
  } catch (error) {
    // Another run of the same task was faster.
    if (!isAwsError(error, "InvalidLaunchTemplateName.AlreadyExistsException")) throw error;
    return createVersion(vm, target, wish, await readVersions(vm, target));
  }
}

async function createVersion(
  { ec2, namePrefix }: Vm,
  target: TargetContext,
  wish: Wish,
  versions: Version[],
): Promise<string> {
  const found = versions.find(({ label }) => label && wish.VersionDescription.includes(label.hash));
  if (found) return found.number;
  const answer = await callAws("ec2:CreateLaunchTemplateVersion", (abortSignal) =>
    ec2.send(
      new CreateLaunchTemplateVersionCommand({
        ...wish,
        LaunchTemplateName: templateName(namePrefix, ownerOf(target)),
        // Two runs that see the same newest version make one. A version that was deleted is not given again.
        ClientToken: hashOf([wish.VersionDescription, versions[0]?.number]).slice(0, 64),
      }),
      { abortSignal },
    ),
  );
  return String(answer.LaunchTemplateVersion!.VersionNumber);
}

function dataOf(
  target: TargetContext,
  release: Release,
  image: Image,
  type: string,
): RequestLaunchTemplateData {
  const { vm, network } = groundOf(target);
  const { spec } = target;
  const tags = {
    ...ownerTags(ownerOf(target)),
    [TAGS.version]: release.version,
    [TAGS.release]: release.id,
    Name: `${target.app}-${target.environment.name}`,
    ...(isStateful(spec) ? { [TAGS.disks]: namesOf(spec) } : {}),
  };
  return {
    ImageId: image.ImageId,
    InstanceType: type as RequestLaunchTemplateData["InstanceType"],
    ...rootDisk(image, spec.resources.diskGiB),
    ...(vm.instanceProfileArn ? { IamInstanceProfile: { Arn: vm.instanceProfileArn } } : {}),
    ...(network.securityGroupIds.length > 0 ? { SecurityGroupIds: network.securityGroupIds } : {}),
    UserData: userDataOf(target, release),
    MetadataOptions: {
      HttpTokens: "required",
      // By its own tags an instance hears which disks are its own (scripts/disks.ts).
      ...(isStateful(spec) ? { InstanceMetadataTags: "enabled" as const } : {}),
    },
    TagSpecifications: (["instance", "volume"] as const).map((ResourceType) => ({
      ResourceType,
      Tags: tagList(tags),
    })),
  };
}

function namesOf({ volumes = [] }: Pick<Spec, "volumes">): string {
  const own = volumes.filter((one) => one.shared !== true);
  return own.map(({ name }) => name).join(" ");
}

export async function deleteVersions(
  { ec2, namePrefix }: Vm,
  target: TargetContext,
  numbers: string[],
): Promise<void> {
  if (numbers.length === 0) return;
  await callAws("ec2:DeleteLaunchTemplateVersions", (abortSignal) =>
    ec2.send(
      new DeleteLaunchTemplateVersionsCommand({
        LaunchTemplateName: templateName(namePrefix, ownerOf(target)),
        Versions: numbers,
      }),
      { abortSignal },
    ),
  );
}

/** Looked for first: where there is none, it has no tag by which the call would be allowed. */
export async function deleteTemplate(vm: Vm, target: TargetContext): Promise<void> {
  const { ec2, namePrefix } = vm;
  const LaunchTemplateName = templateName(namePrefix, ownerOf(target));
  if ((await versionsOf(vm, LaunchTemplateName)).length === 0) return;
  try {
    await callAws("ec2:DeleteLaunchTemplate", (abortSignal) =>
      ec2.send(new DeleteLaunchTemplateCommand({ LaunchTemplateName }), { abortSignal }),
    );
  } catch (error) {
    if (!isAwsError(error, ...MISSING)) throw error;
  }
}
