// Launch templates on the wire. A template's versions have handlers of their own (version-handlers.ts).
import type {
  CreateLaunchTemplateRequest,
  DeleteLaunchTemplateRequest,
  DescribeLaunchTemplatesRequest,
  LaunchTemplate,
  ModifyLaunchTemplateRequest,
  RequestLaunchTemplateData,
} from "@aws-sdk/client-ec2";
import { pageOf } from "../machines/pages.ts";
import { AwsError, type Handler } from "../platform.ts";
import { filterItems } from "./filters.ts";
import type { TemplateRecord } from "./model.ts";
import { newId, type State } from "./state.ts";
import { specifiedTags, tagList } from "./tags.ts";
import { byName, findTemplate, findVersion } from "./templates.ts";

export function templateHandlers(state: State): Record<string, Handler> {
  return {
    CreateLaunchTemplate: (input: CreateLaunchTemplateRequest) => {
      const before = state.templates
        .list()
        .find((one) => input.ClientToken !== undefined && one.clientToken === input.ClientToken);
      const template = before ?? newTemplate(state, input);
      state.templates.set(template.id, template);
      return { LaunchTemplate: describeTemplate(state, template) };
    },
    DescribeLaunchTemplates: (input: DescribeLaunchTemplatesRequest) => {
      const named = [
        ...(input.LaunchTemplateIds ?? []).map((id) => findTemplate(state, id, undefined)),
        ...(input.LaunchTemplateNames ?? []).map((name) => findTemplate(state, undefined, name)),
      ];
      const isNamed = Boolean(input.LaunchTemplateIds?.length || input.LaunchTemplateNames?.length);
      const found = filterItems(isNamed ? named : state.templates.list(), input.Filters, {
        "launch-template-name": ({ name }) => [name],
        "launch-template-id": ({ id }) => [id],
        "create-time": ({ createdAt }) => [new Date(createdAt).toISOString()],
      });
      const page = pageOf(found, input.MaxResults ?? 200, input.NextToken);
      return {
        LaunchTemplates: page.items.map((one) => describeTemplate(state, one)),
        NextToken: page.next,
      };
    },
    ModifyLaunchTemplate: (input: ModifyLaunchTemplateRequest) => {
      const template = findTemplate(state, input.LaunchTemplateId, input.LaunchTemplateName);
      const { number } = findVersion(template, input.DefaultVersion ?? "$Default");
      const after = { ...template, defaultVersion: number };
      state.templates.set(template.id, after);
      return { LaunchTemplate: describeTemplate(state, after) };
    },
    DeleteLaunchTemplate: (input: DeleteLaunchTemplateRequest) => {
      const template = findTemplate(state, input.LaunchTemplateId, input.LaunchTemplateName);
      state.templates.delete(template.id);
      return { LaunchTemplate: describeTemplate(state, template) };
    },
  };
}

function newTemplate(state: State, input: CreateLaunchTemplateRequest): TemplateRecord {
  const name = input.LaunchTemplateName ?? "";
  // EC2 API reference, CreateLaunchTemplate.
  if (!/^[\w()./-]{3,128}$/.test(name))
    throw new AwsError(
      "InvalidLaunchTemplateName.MalformedException",
      "Launch template names must be between 3 and 128 characters long, and may contain letters, numbers, and the following characters: - ( ) . / _",
    );
  if (byName(state, name))
    throw new AwsError(
      "InvalidLaunchTemplateName.AlreadyExistsException",
      "Launch template name already in use.",
    );
  const createdAt = state.platform.now();
  const { ClientToken: clientToken, VersionDescription: description } = input;
  return {
    id: newId("lt"),
    name,
    createdAt,
    clientToken,
    defaultVersion: 1,
    latestVersion: 1,
    versions: [{ number: 1, description, createdAt, data: checkData(input.LaunchTemplateData) }],
    tags: specifiedTags(input.TagSpecifications, "launch-template"),
  };
}

/** EC2 keeps what it gets and checks most of it at the launch only; so does this. */
export function checkData(data: RequestLaunchTemplateData | undefined): RequestLaunchTemplateData {
  if (!data)
    throw new AwsError("MissingParameter", "The request must contain the parameter LaunchTemplateData");
  return data;
}

export function describeTemplate({ platform }: State, one: TemplateRecord): LaunchTemplate {
  return {
    LaunchTemplateId: one.id,
    LaunchTemplateName: one.name,
    CreateTime: new Date(one.createdAt),
    CreatedBy: `arn:aws:iam::${platform.accountId}:root`,
    DefaultVersionNumber: one.defaultVersion,
    LatestVersionNumber: one.versions.at(-1)?.number ?? one.latestVersion,
    Tags: tagList(one.tags),
  };
}
