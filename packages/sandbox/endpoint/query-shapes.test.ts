import { NormalizedSchema } from "@smithy/core/schema";
import { expect, test } from "vitest";
import { parseForm, readForm } from "./query-shapes.ts";
import { writeXmlMembers } from "./xml-shapes.ts";

// Static schemas as the SDK's clients export them: [kind, namespace, name, traits, member names, member schemas].
const TAG = [3, "test", "Tag", 0, ["Key", "Value"], [0, 0]];
const TAG_LIST = [1, "test", "TagList", 0, [() => TAG, { xmlName: "item" }]];
const INPUT = NormalizedSchema.of([
  3,
  "test",
  "Input",
  0,
  ["DryRun", "InstanceIds", "TagSet", "launchedAt", "Attributes"],
  [
    [2, { ec2QueryName: "dryRun" }],
    [64, { ec2QueryName: "InstanceId" }],
    [() => TAG_LIST, { xmlName: "tagSet" }],
    4,
    128,
  ],
] as never);

test("the query protocol of EC2 names fields in its own way and has flat lists", () => {
  const form = parseForm("dryRun=true&InstanceId.1=i-1&InstanceId.2=i-2&TagSet.1.Key=a&TagSet.1.Value=b+c");
  expect(readForm(INPUT, form, true)).toEqual({
    DryRun: true,
    InstanceIds: ["i-1", "i-2"],
    TagSet: [{ Key: "a", Value: "b c" }],
  });
});

test("the query protocol of AWS nests list members, in the order of their numbers", () => {
  const members = [...Array(11).keys()].map((n) => `InstanceIds.member.${n + 1}=i-${n + 1}`);
  const form = parseForm(members.reverse().join("&"));
  expect((readForm(INPUT, form, false) as { InstanceIds: string[] }).InstanceIds.at(-1)).toBe("i-11");
});

test("an empty list is sent as an empty field, an absent one not at all", () => {
  expect(readForm(INPUT, parseForm("InstanceIds="), false)).toEqual({ InstanceIds: [] });
  expect(readForm(INPUT, parseForm("Action=X"), false)).toEqual({});
});

test("maps and instants are read", () => {
  const form = parseForm(
    "Attributes.entry.1.key=a&Attributes.entry.1.value=1&launchedAt=2026-11-24T00%3A00%3A00Z",
  );
  expect(readForm(INPUT, form, false)).toEqual({
    Attributes: { a: "1" },
    launchedAt: new Date("2026-11-24T00:00:00Z"),
  });
});

test("answers are XML with everything escaped", () => {
  const xml = writeXmlMembers(INPUT, {
    DryRun: false,
    TagSet: [{ Key: "<a>", Value: "b&c" }],
    Attributes: { k: "v" },
  });
  expect(xml).toBe(
    "<DryRun>false</DryRun><tagSet><item><Key>&lt;a&gt;</Key><Value>b&amp;c</Value></item></tagSet>" +
      "<Attributes><entry><key>k</key><value>v</value></entry></Attributes>",
  );
});
