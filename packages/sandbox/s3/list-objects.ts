// ListObjectsV2 over records sorted by key: prefix, delimiter, pages.
import type { ObjectRecord } from "./buckets.ts";

export type ListInput = {
  Bucket: string;
  Prefix?: string;
  Delimiter?: string;
  MaxKeys?: number;
  StartAfter?: string;
  ContinuationToken?: string;
};

const MAX_KEYS = 1000;

export function listObjects(records: ObjectRecord[], input: ListInput) {
  const prefix = input.Prefix ?? "";
  const limit = Math.min(input.MaxKeys ?? MAX_KEYS, MAX_KEYS);
  const after = input.ContinuationToken ? decodeToken(input.ContinuationToken) : (input.StartAfter ?? "");
  const contents: ObjectRecord[] = [];
  const groups = new Set<string>();
  let last = "";
  let truncated = false;
  for (const record of records) {
    if (!record.key.startsWith(prefix) || record.key <= after) continue;
    const group = groupOf(record.key, prefix, input.Delimiter);
    // A page that ended with a group goes on after all of it.
    if (group !== undefined && (groups.has(group) || after.startsWith(group))) continue;
    if (contents.length + groups.size >= limit) {
      truncated = true;
      break;
    }
    if (group === undefined) contents.push(record);
    else groups.add(group);
    last = group ?? record.key;
  }
  return {
    Name: input.Bucket,
    Prefix: prefix,
    Delimiter: input.Delimiter,
    StartAfter: input.StartAfter,
    ContinuationToken: input.ContinuationToken,
    MaxKeys: limit,
    KeyCount: contents.length + groups.size,
    IsTruncated: truncated,
    NextContinuationToken: truncated ? Buffer.from(last).toString("base64url") : undefined,
    Contents: contents.map((record) => ({
      Key: record.key,
      LastModified: new Date(record.modifiedAt),
      ETag: `"${record.etag}"`,
      Size: record.sizeBytes,
      StorageClass: "STANDARD",
    })),
    CommonPrefixes: [...groups].map((group) => ({ Prefix: group })),
  };
}

function groupOf(key: string, prefix: string, delimiter: string | undefined): string | undefined {
  if (!delimiter) return undefined;
  const end = key.indexOf(delimiter, prefix.length);
  return end < 0 ? undefined : key.slice(0, end + delimiter.length);
}

function decodeToken(token: string): string {
  return Buffer.from(token, "base64url").toString("utf8");
}
