// Tags of everything that has an ARN here.
import type {
  AddTagsInput,
  DescribeTagsInput,
  RemoveTagsInput,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Handler } from "../platform.ts";
import { tagsOf } from "./input.ts";
import type { Tags } from "./model.ts";
import { findGroup, findListener, findLoadBalancer, findRule, type State, save } from "./state.ts";

export function tagHandlers(state: State): Record<string, Handler> {
  return {
    AddTags: async (input: AddTagsInput) => {
      for (const owner of (input.ResourceArns ?? []).map((arn) => find(state, arn)))
        owner.tags = { ...owner.tags, ...tagsOf(input.Tags) };
      await save(state);
      return {};
    },
    RemoveTags: async (input: RemoveTagsInput) => {
      for (const owner of (input.ResourceArns ?? []).map((arn) => find(state, arn))) {
        const kept = Object.entries(owner.tags).filter(([key]) => !input.TagKeys?.includes(key));
        owner.tags = Object.fromEntries(kept);
      }
      await save(state);
      return {};
    },
    DescribeTags: (input: DescribeTagsInput) => ({
      TagDescriptions: (input.ResourceArns ?? []).map((ResourceArn) => ({
        ResourceArn,
        Tags: Object.entries(find(state, ResourceArn).tags).map(([Key, Value]) => ({ Key, Value })),
      })),
    }),
  };
}

function find(state: State, arn: string): { tags: Tags } {
  if (arn.includes(":targetgroup/")) return findGroup(state, arn).settings;
  if (arn.includes(":listener-rule/")) return findRule(state, arn);
  if (arn.includes(":listener/")) return findListener(state, arn);
  return findLoadBalancer(state, arn);
}
