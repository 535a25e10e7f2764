import { expect, test } from "vitest";
import { operatingSettings } from "./operating-settings.ts";

test("nothing is set unless it is asked for", () => {
  expect(operatingSettings({ HOME: "/root", TUTTI_API_CONCURRENCY: "" })).toEqual({});
});

test("what is asked for is taken as it is", () => {
  expect(
    operatingSettings({
      TUTTI_API_CONCURRENCY: "50",
      TUTTI_ALARM_TOPIC_ARN: "arn:aws:sns:eu-central-1:123456789012:on-call",
      TUTTI_PERMISSIONS_BOUNDARY_ARN: "arn:aws:iam::123456789012:policy/teams/boundary",
    }),
  ).toEqual({
    apiConcurrency: 50,
    alarmTopicArn: "arn:aws:sns:eu-central-1:123456789012:on-call",
    permissionsBoundaryArn: "arn:aws:iam::123456789012:policy/teams/boundary",
  });
});

test.each([
  ["TUTTI_API_CONCURRENCY", "0"],
  ["TUTTI_API_CONCURRENCY", "many"],
  ["TUTTI_ALARM_TOPIC_ARN", "on-call"],
  ["TUTTI_PERMISSIONS_BOUNDARY_ARN", "arn:aws:iam::123456789012:role/boundary"],
])("%s=%s is refused by its name", (name, value) => {
  expect(() => operatingSettings({ [name]: value })).toThrow(`${name}: "${value}" is not`);
});
