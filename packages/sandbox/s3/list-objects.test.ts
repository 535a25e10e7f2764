import { expect, test } from "vitest";
import type { ObjectRecord } from "./buckets.ts";
import { listObjects } from "./list-objects.ts";

const RECORDS = ["a", "b/1", "b/2", "c/1", "d"].map(
  (key) => ({ key, modifiedAt: "2026-11-24T00:00:00Z", etag: "e", sizeBytes: 1 }) as ObjectRecord,
);

function page(input: object) {
  const listed = listObjects(RECORDS, { Bucket: "bucket", ...input });
  return {
    keys: listed.Contents.map((object) => object.Key),
    groups: listed.CommonPrefixes.map((group) => group.Prefix),
    token: listed.NextContinuationToken,
  };
}

test("a prefix narrows the list", () => {
  expect(page({ Prefix: "b/" }).keys).toEqual(["b/1", "b/2"]);
});

test("a delimiter groups what lies deeper", () => {
  expect(page({ Delimiter: "/" })).toEqual({ keys: ["a", "d"], groups: ["b/", "c/"], token: undefined });
});

test("pages go on where the one before ended, also after a group", () => {
  const first = page({ Delimiter: "/", MaxKeys: 2 });
  expect([first.keys, first.groups]).toEqual([["a"], ["b/"]]);
  const second = page({ Delimiter: "/", MaxKeys: 2, ContinuationToken: first.token });
  expect([second.keys, second.groups, second.token]).toEqual([["d"], ["c/"], undefined]);
});

test("StartAfter skips what sorts before", () => {
  expect(page({ StartAfter: "b/2" }).keys).toEqual(["c/1", "d"]);
});
