// Filters as EC2's Describe operations have them: values of one filter are alternatives, all filters must fit, and `*`
// and `?` in a value stand for any characters and any one.
import type { Filter } from "@aws-sdk/client-ec2";
import { AwsError } from "../platform.ts";
import type { Tags } from "./model.ts";

/** What a filter looks at in an item, by the filter's name. */
export type FilterFields<T> = Record<string, (item: T) => (string | undefined)[]>;

export function filterItems<T extends object>(
  items: T[],
  filters: Filter[] | undefined,
  fields: FilterFields<T>,
): T[] {
  const tests = (filters ?? []).map((filter) => testOf(filter, fields));
  return items.filter((item) => tests.every((test) => test(item)));
}

function testOf<T extends object>(
  { Name = "", Values = [] }: Filter,
  fields: FilterFields<T>,
): (item: T) => boolean {
  const read = fieldOf(Name, fields);
  const patterns = Values.map(patternOf);
  return (item) =>
    read(item).some((value) => value !== undefined && patterns.some((pattern) => pattern.test(value)));
}

function fieldOf<T extends object>(
  name: string,
  fields: FilterFields<T>,
): (item: T) => (string | undefined)[] {
  if (name.startsWith("tag:")) return (item) => [ownTag(tagsOf(item), name.slice("tag:".length))];
  if (name === "tag-key") return (item) => Object.keys(tagsOf(item));
  if (name === "tag-value") return (item) => Object.values(tagsOf(item));
  if (Object.hasOwn(fields, name)) return fields[name]!;
  throw new AwsError("InvalidParameterValue", `The filter '${name}' is invalid`);
}

/** What has no tags fits no filter on tags. */
function tagsOf(item: { tags?: Tags }): Tags {
  return item.tags ?? {};
}

function ownTag(tags: Tags, key: string): string | undefined {
  return Object.hasOwn(tags, key) ? tags[key] : undefined;
}

/** A backslash takes the wildcard's meaning away (EC2 user guide, "Filtering using wildcards"). */
function patternOf(value: string): RegExp {
  const source = value.replace(/\\[*?\\]|[*?]|[\\^$.+()[\]{}|]/g, (match) => {
    if (match === "*") return ".*";
    if (match === "?") return ".";
    return match.length === 2 ? `\\${match[1]}` : `\\${match}`;
  });
  return new RegExp(`^${source}$`, "s");
}
