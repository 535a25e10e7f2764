// Tags of groups: kept in order, given to new members where they propagate.
import type {
  CreateOrUpdateTagsType,
  DeleteTagsType,
  DescribeTagsType,
  Filter,
  Tag,
} from "@aws-sdk/client-auto-scaling";
import { pageOf } from "../machines/pages.ts";
import type { Handler } from "../platform.ts";
import type { GroupTag } from "./model.ts";
import { findGroup, findLiveGroup, type State, save, validation } from "./state.ts";

export function mergeTags(before: GroupTag[], added: Tag[] | undefined): GroupTag[] {
  const tags = new Map(before.map((tag) => [tag.key, tag]));
  for (const { Key = "", Value = "", PropagateAtLaunch } of added ?? []) {
    if (Key === "" || /^aws:/i.test(Key)) throw validation(`The tag key '${Key}' is not valid`);
    tags.set(Key, { key: Key, value: Value, propagates: PropagateAtLaunch === true });
  }
  return [...tags.values()];
}

export function describeTag(group: string, { key, value, propagates }: GroupTag) {
  return {
    ResourceId: group,
    ResourceType: "auto-scaling-group",
    Key: key,
    Value: value,
    PropagateAtLaunch: propagates,
  };
}

export function tagHandlers(state: State): Record<string, Handler> {
  return {
    CreateOrUpdateTags: (input: CreateOrUpdateTagsType) => {
      for (const tag of input.Tags ?? []) findLiveGroup(state, tag.ResourceId);
      for (const tag of input.Tags ?? []) {
        const group = findGroup(state, tag.ResourceId);
        group.tags = mergeTags(group.tags, [tag]);
        save(state, group);
      }
      return {};
    },
    DeleteTags: (input: DeleteTagsType) => {
      for (const { ResourceId, Key } of input.Tags ?? []) {
        const group = findGroup(state, ResourceId);
        group.tags = group.tags.filter((tag) => tag.key !== Key);
        save(state, group);
      }
      return {};
    },
    DescribeTags: (input: DescribeTagsType) => {
      const all = state.groups.list().flatMap(({ name, tags }) => tags.map((tag) => describeTag(name, tag)));
      const found = all.filter((tag) => (input.Filters ?? []).every((filter) => fitsTag(tag, filter)));
      const page = pageOf(found, input.MaxRecords ?? 50, input.NextToken);
      return { Tags: page.items, NextToken: page.next };
    },
  };
}

function fitsTag(tag: ReturnType<typeof describeTag>, { Name = "", Values = [] }: Filter): boolean {
  const fields: Record<string, string> = {
    "auto-scaling-group": tag.ResourceId,
    key: tag.Key,
    value: tag.Value,
    "propagate-at-launch": String(tag.PropagateAtLaunch),
  };
  if (!Object.hasOwn(fields, Name)) throw validation(`The filter ${Name} is not valid`);
  return Values.includes(fields[Name]!);
}

/** Filters of DescribeAutoScalingGroups. */
export function matchesTags(tags: GroupTag[], filters: Filter[] | undefined): boolean {
  return (filters ?? []).every(({ Name = "", Values = [] }) => {
    if (Name === "tag-key") return tags.some(({ key }) => Values.includes(key));
    if (Name === "tag-value") return tags.some(({ value }) => Values.includes(value));
    if (!Name.startsWith("tag:")) throw validation(`The filter ${Name} is not valid`);
    return tags.some(({ key, value }) => key === Name.slice("tag:".length) && Values.includes(value));
  });
}
