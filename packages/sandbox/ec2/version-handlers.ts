// Versions of launch templates on the wire.
import type {
  CreateLaunchTemplateVersionRequest,
  DeleteLaunchTemplateVersionsRequest,
  DescribeLaunchTemplateVersionsRequest,
  LaunchTemplateVersion,
} from "@aws-sdk/client-ec2";
import { pageOf } from "../machines/pages.ts";
import { AwsError, type Handler } from "../platform.ts";
import { filterItems } from "./filters.ts";
import type { TemplateRecord, TemplateVersion } from "./model.ts";
import type { State } from "./state.ts";
import { checkData } from "./template-handlers.ts";
import { findTemplate, findVersion } from "./templates.ts";

export function versionHandlers(state: State): Record<string, Handler> {
  return {
    CreateLaunchTemplateVersion: (input: CreateLaunchTemplateVersionRequest) => {
      const template = findTemplate(state, input.LaunchTemplateId, input.LaunchTemplateName);
      const token = input.ClientToken;
      const before = template.versions.find((one) => token !== undefined && one.clientToken === token);
      const version = before ?? addVersion(state, template, input);
      return { LaunchTemplateVersion: describeVersion(state, template, version) };
    },
    DescribeLaunchTemplateVersions: (input: DescribeLaunchTemplateVersionsRequest) => {
      const found = selectVersions(state, input);
      const matching = filterItems(found, input.Filters, {
        "image-id": ({ version }) => [version.data.ImageId],
        "instance-type": ({ version }) => [version.data.InstanceType],
        "is-default-version": ({ version, template }) => [String(version.number === template.defaultVersion)],
      });
      const page = pageOf(matching, input.MaxResults ?? 200, input.NextToken);
      return {
        LaunchTemplateVersions: page.items.map(({ template, version }) =>
          describeVersion(state, template, version),
        ),
        NextToken: page.next,
      };
    },
    DeleteLaunchTemplateVersions: (input: DeleteLaunchTemplateVersionsRequest) => {
      const { id, name } = findTemplate(state, input.LaunchTemplateId, input.LaunchTemplateName);
      const outcomes = (input.Versions ?? []).map((wanted) => ({
        LaunchTemplateId: id,
        LaunchTemplateName: name,
        VersionNumber: Number(wanted),
        ResponseError: deleteVersion(state, id, Number(wanted)),
      }));
      return {
        SuccessfullyDeletedLaunchTemplateVersions: outcomes.filter((one) => !one.ResponseError),
        UnsuccessfullyDeletedLaunchTemplateVersions: outcomes.filter((one) => one.ResponseError),
      };
    },
  };
}

/** With a source version: its data, under what is given. */
function addVersion(
  state: State,
  template: TemplateRecord,
  input: CreateLaunchTemplateVersionRequest,
): TemplateVersion {
  const source = input.SourceVersion ? findVersion(template, input.SourceVersion).data : {};
  const number = template.latestVersion + 1;
  const version: TemplateVersion = {
    number,
    description: input.VersionDescription,
    createdAt: state.platform.now(),
    data: { ...source, ...checkData(input.LaunchTemplateData) },
    clientToken: input.ClientToken,
  };
  const versions = [...template.versions, version];
  state.templates.set(template.id, { ...template, latestVersion: number, versions });
  return version;
}

type Entry = { template: TemplateRecord; version: TemplateVersion };

function selectVersions(state: State, input: DescribeLaunchTemplateVersionsRequest): Entry[] {
  const { LaunchTemplateId: id, LaunchTemplateName: name, Versions = [] } = input;
  if (!id && !name) return ofAllTemplates(state, Versions);
  const template = findTemplate(state, id, name);
  const from = Number(input.MinVersion ?? 0);
  const to = Number(input.MaxVersion ?? Number.POSITIVE_INFINITY);
  const versions = Versions.length
    ? Versions.map((wanted) => findVersion(template, wanted))
    : template.versions.filter(({ number }) => number >= from && number <= to);
  // Newest first, as EC2 lists them.
  return versions.sort((a, b) => b.number - a.number).map((version) => ({ template, version }));
}

function ofAllTemplates(state: State, wanted: string[]): Entry[] {
  if (wanted.length === 0 || wanted.some((one) => one !== "$Latest" && one !== "$Default"))
    throw new AwsError(
      "MissingParameter",
      "Without a launch template, Versions must be $Latest or $Default.",
    );
  return state.templates
    .list()
    .flatMap((template) => wanted.map((one) => ({ template, version: findVersion(template, one) })));
}

/** Answers why it could not be. */
function deleteVersion(state: State, id: string, number: number) {
  const template = state.templates.get(id)!;
  if (number === template.defaultVersion)
    return {
      Code: "unexpectedError",
      Message: "The default version of a launch template cannot be deleted.",
    };
  if (!template.versions.some((one) => one.number === number))
    return {
      Code: "launchTemplateVersionDoesNotExist",
      Message: `The specified launch template version ${number} does not exist.`,
    };
  const versions = template.versions.filter((one) => one.number !== number);
  state.templates.set(id, { ...template, versions });
  return undefined;
}

function describeVersion(
  { platform }: State,
  template: TemplateRecord,
  one: TemplateVersion,
): LaunchTemplateVersion {
  return {
    LaunchTemplateId: template.id,
    LaunchTemplateName: template.name,
    VersionNumber: one.number,
    VersionDescription: one.description,
    CreateTime: new Date(one.createdAt),
    CreatedBy: `arn:aws:iam::${platform.accountId}:root`,
    DefaultVersion: one.number === template.defaultVersion,
    LaunchTemplateData: one.data as LaunchTemplateVersion["LaunchTemplateData"],
  };
}
