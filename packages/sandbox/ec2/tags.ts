// Tags of everything that EC2 has, in one place: which resource an id means, and the rules for keys.
import type {
  CreateTagsRequest,
  DeleteTagsRequest,
  DescribeTagsRequest,
  Tag,
  TagSpecification,
} from "@aws-sdk/client-ec2";
import { pageOf } from "../machines/pages.ts";
import { AwsError, type Handler } from "../platform.ts";
import { filterItems } from "./filters.ts";
import type { Tags } from "./model.ts";
import { notFound, type State } from "./state.ts";

export function tagList(tags: Tags): Tag[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** Throws for keys that are AWS's own and for what is too long or too many. */
export function readTags(list: Tag[] | undefined): Tags {
  const tags: Tags = {};
  for (const { Key = "", Value = "" } of list ?? []) {
    if (/^aws:/i.test(Key))
      throw invalid(`Tag keys starting with 'aws:' are reserved for internal use: ${Key}`);
    if (Key === "" || Key.length > 127) throw invalid(`Tag key '${Key}' is not 1 to 127 characters long.`);
    if (Value.length > 255) throw invalid(`The value of tag '${Key}' is longer than 255 characters.`);
    tags[Key] = Value;
  }
  // EC2 user guide, "Tag restrictions": 50 per resource.
  if (Object.keys(tags).length > 50)
    throw new AwsError("TagLimitExceeded", "The maximum number of Tags for a resource has been reached.");
  return tags;
}

/** Of one kind of resource; a kind that the operation cannot tag is refused. */
export function specifiedTags(
  specifications: Pick<TagSpecification, "ResourceType" | "Tags">[] | undefined,
  kind: string,
  allowed: string[] = [kind],
): Tags {
  const wrong = (specifications ?? []).find(({ ResourceType }) => !allowed.includes(ResourceType ?? ""));
  if (wrong)
    throw invalid(`'${wrong.ResourceType}' is not a valid taggable resource type for this operation.`);
  return Object.assign(
    {},
    ...(specifications ?? []).filter((one) => one.ResourceType === kind).map((one) => readTags(one.Tags)),
  );
}

type Taggable = { kind: string; id: string; tags: Tags; write(tags: Tags): void };

export function tagHandlers(state: State): Record<string, Handler> {
  return {
    CreateTags: (input: CreateTagsRequest) => {
      const added = readTags(input.Tags);
      for (const resource of findAll(state, input.Resources)) resource.write({ ...resource.tags, ...added });
      return {};
    },
    DeleteTags: (input: DeleteTagsRequest) => {
      for (const resource of findAll(state, input.Resources))
        resource.write(without(resource.tags, input.Tags));
      return {};
    },
    DescribeTags: (input: DescribeTagsRequest) => {
      const all = taggables(state).flatMap(({ kind, id, tags }) =>
        Object.entries(tags).map(([key, value]) => ({ kind, id, key, value })),
      );
      const found = filterItems(all, input.Filters, {
        key: ({ key }) => [key],
        value: ({ value }) => [value],
        "resource-id": ({ id }) => [id],
        "resource-type": ({ kind }) => [kind],
      });
      const page = pageOf(found, input.MaxResults ?? 1_000, input.NextToken);
      return {
        Tags: page.items.map(({ kind, id, key, value }) => ({
          ResourceType: kind,
          ResourceId: id,
          Key: key,
          Value: value,
        })),
        NextToken: page.next,
      };
    },
  };
}

/** Without tags all go that are not AWS's; a tag with a value goes only where it has that value. */
function without(tags: Tags, removed: Tag[] | undefined): Tags {
  const goes = (key: string, value: string) =>
    removed?.length
      ? removed.some((tag) => tag.Key === key && (tag.Value === undefined || tag.Value === value))
      : !key.startsWith("aws:");
  return Object.fromEntries(Object.entries(tags).filter(([key, value]) => !goes(key, value)));
}

function findAll(state: State, ids: string[] = []): Taggable[] {
  const known = new Map(taggables(state).map((resource) => [resource.id, resource]));
  const missing = ids.find((id) => !known.has(id));
  if (missing === undefined) return ids.map((id) => known.get(id)!);
  if (missing.startsWith("i-")) throw notFound("InvalidInstanceID.NotFound", "instance", [missing]);
  if (missing.startsWith("ami-"))
    throw new AwsError("InvalidAMIID.NotFound", `The image id '[${missing}]' does not exist`);
  if (missing.startsWith("snap-"))
    throw new AwsError("InvalidSnapshot.NotFound", `The snapshot '${missing}' does not exist.`);
  if (missing.startsWith("vol-"))
    throw new AwsError("InvalidVolume.NotFound", `The volume '${missing}' does not exist.`);
  if (missing.startsWith("lt-"))
    throw new AwsError(
      "InvalidLaunchTemplateId.NotFound",
      `The specified launch template, with template ID ${missing}, does not exist.`,
    );
  throw new AwsError("InvalidID", `The ID '${missing}' is not valid`);
}

function taggables(state: State): Taggable[] {
  const { instances, images, snapshots, volumes, templates } = state;
  return [
    ...instances.list().map((one) => ({
      kind: "instance",
      ...one,
      write: (tags: Tags) => {
        instances.set(one.id, { ...instances.get(one.id)!, tags });
        retagMachine(state, one.id, tags);
      },
    })),
    ...of("image", images),
    ...of("snapshot", snapshots),
    ...of("volume", volumes),
    ...of("launch-template", templates),
  ];
}

function of<T extends { id: string; tags: Tags }>(
  kind: string,
  documents: { list(): T[]; set(id: string, one: T): void },
): Taggable[] {
  return documents.list().map((one) => ({
    kind,
    id: one.id,
    tags: one.tags,
    write: (tags: Tags) => documents.set(one.id, { ...one, tags }),
  }));
}

/** Systems Manager filters instances by the tags that they have in EC2. */
function retagMachine({ machines: { fleet }, platform }: State, id: string, tags: Tags): void {
  const log = (error: Error) => platform.log(`ec2: tags of ${id}: ${error.message}`);
  if (fleet.record(id)) fleet.change(id, { tags, name: tags.Name ?? id }).catch(log);
}

function invalid(message: string): AwsError {
  return new AwsError("InvalidParameterValue", message);
}
