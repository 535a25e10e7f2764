import { expect, test } from "vitest";
import { matches, parsePattern } from "./pattern.ts";

const EVENT = {
  source: "aws.s3",
  "detail-type": "Object Created",
  resources: ["arn:aws:s3:::tutti-artifacts"],
  detail: {
    bucket: { name: "tutti-artifacts" },
    object: { key: "releases/storefront/v2/app.zip", size: 2048 },
    tags: [{ name: "a" }, { name: "b" }],
    none: null,
  },
};

function taken(pattern: object): boolean {
  return matches(parsePattern(JSON.stringify(pattern)), EVENT);
}

test("a list takes any of its values, an object needs all of its fields", () => {
  expect(taken({ source: ["aws.ec2", "aws.s3"] })).toBe(true);
  expect(taken({ source: ["aws.s3"], "detail-type": ["Object Deleted"] })).toBe(false);
  expect(taken({ detail: { bucket: { name: ["tutti-artifacts"] }, object: { size: [2048] } } })).toBe(true);
});

test("an array in the event matches when one entry does", () => {
  expect(taken({ resources: ["arn:aws:s3:::tutti-artifacts"] })).toBe(true);
  expect(taken({ resources: [{ prefix: "arn:aws:sqs" }] })).toBe(false);
  expect(taken({ detail: { tags: { name: ["b"] } } })).toBe(true);
});

test("a field that is not there matches nothing but its absence", () => {
  expect(taken({ detail: { version: ["1"] } })).toBe(false);
  expect(taken({ detail: { version: [{ "anything-but": ["1"] }] } })).toBe(false);
  expect(taken({ detail: { version: [{ exists: false }] } })).toBe(true);
  expect(taken({ detail: { bucket: { name: [{ exists: true }] } } })).toBe(true);
  expect(taken({ detail: { bucket: { name: [{ exists: false }] } } })).toBe(false);
});

test("prefix, suffix and equality without case look at text", () => {
  expect(taken({ detail: { object: { key: [{ prefix: "releases/" }] } } })).toBe(true);
  expect(taken({ detail: { object: { key: [{ prefix: "uploads/" }] } } })).toBe(false);
  expect(taken({ detail: { object: { key: [{ suffix: ".zip" }] } } })).toBe(true);
  expect(taken({ source: [{ "equals-ignore-case": "AWS.S3" }] })).toBe(true);
  expect(taken({ detail: { object: { size: [{ prefix: "2" }] } } })).toBe(false);
});

test("anything-but takes a value, a list or a prefix", () => {
  expect(taken({ source: [{ "anything-but": "aws.ec2" }] })).toBe(true);
  expect(taken({ source: [{ "anything-but": ["aws.ec2", "aws.s3"] }] })).toBe(false);
  expect(taken({ source: [{ "anything-but": { prefix: "aws." } }] })).toBe(false);
});

test("numeric takes one bound or a range", () => {
  expect(taken({ detail: { object: { size: [{ numeric: [">", 0, "<=", 2048] }] } } })).toBe(true);
  expect(taken({ detail: { object: { size: [{ numeric: ["<", 2048] }] } } })).toBe(false);
});

test("$or takes one of its patterns, beside what the fields around it ask for", () => {
  const either = { $or: [{ source: ["aws.ec2"] }, { "detail-type": [{ exists: true }] }] };
  expect(taken({ $or: [{ source: ["aws.ec2"] }, { source: ["aws.s3"] }] })).toBe(true);
  expect(taken({ $or: [{ source: ["aws.ec2"] }, { source: ["aws.ecs"] }] })).toBe(false);
  expect(taken({ ...either, detail: { object: { key: [{ prefix: "uploads/" }] } } })).toBe(false);
});

test("null is a value", () => {
  expect(taken({ detail: { none: [null] } })).toBe(true);
});

test.each([
  ["[", "it is not JSON"],
  ["{}", "is empty"],
  ['{"source":"aws.s3"}', '"source." must be an object or an array'],
  ['{"$or":[{"source":["a"]}]}', "must be a list of patterns"],
  ['{"source":[]}', '"source" is an empty array'],
  ['{"source":[{"wildcard":"*"}]}', "the sandbox does not implement"],
  ['{"a":[{"numeric":["~",1]}]}', "numeric"],
])("the pattern %s is refused", (text, reason) => {
  expect(() => parsePattern(text)).toThrow(reason);
});
