// Tags of everything that has an ARN here.
import type {
  ListTagsForResourceRequest,
  Tag,
  TagResourceRequest,
  UntagResourceRequest,
} from "@aws-sdk/client-ecs";
import type { Handler } from "../platform.ts";
import { invalid } from "./faults.ts";
import { type State, save } from "./state.ts";

export function tagHandlers(state: State): Record<string, Handler> {
  return {
    TagResource: async (input: TagResourceRequest) => {
      const owner = find(state, input.resourceArn);
      const added = input.tags ?? [];
      owner.tags = [...owner.tags.filter(({ key }) => !added.some((tag) => tag.key === key)), ...added];
      await save(state);
      return {};
    },
    UntagResource: async (input: UntagResourceRequest) => {
      const owner = find(state, input.resourceArn);
      owner.tags = owner.tags.filter(({ key }) => !input.tagKeys?.includes(key!));
      await save(state);
      return {};
    },
    ListTagsForResource: (input: ListTagsForResourceRequest) => ({
      tags: find(state, input.resourceArn).tags,
    }),
  };
}

function find(state: State, arn = ""): { tags: Tag[] } {
  const { clusters, definitions, services, tasks, instances } = state;
  const found = [clusters, definitions, services, tasks, instances]
    .map((records: Map<string, { tags: Tag[] }>) => records.get(arn))
    .find((record) => record !== undefined);
  if (!found) throw invalid("The specified resource could not be found.");
  return found;
}
