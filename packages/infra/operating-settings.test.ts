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
      TUTTI_SUBNET_IDS: "subnet-0a,subnet-0b",
      TUTTI_SECURITY_GROUP_IDS: "sg-0a",
    }),
  ).toEqual({
    apiConcurrency: 50,
    alarmTopicArn: "arn:aws:sns:eu-central-1:123456789012:on-call",
    permissionsBoundaryArn: "arn:aws:iam::123456789012:policy/teams/boundary",
    network: { subnetIds: ["subnet-0a", "subnet-0b"], securityGroupIds: ["sg-0a"] },
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

test("a network is subnets and security groups together, and what is wrong or missing is named", () => {
  const asked = (subnets: string, groups: string) => () =>
    operatingSettings({ TUTTI_SUBNET_IDS: subnets, TUTTI_SECURITY_GROUP_IDS: groups });
  expect(asked("subnet-0a", "")).toThrow('TUTTI_SECURITY_GROUP_IDS: "" is not 1 to 5 ids such as sg-');
  expect(asked("", "sg-0a")).toThrow('TUTTI_SUBNET_IDS: "" is not 1 to 16 ids such as subnet-');
  expect(asked("subnet-0a, subnet-0b", "sg-0a")).toThrow("TUTTI_SUBNET_IDS");
  expect(asked("subnet-0a", "sg-1,sg-2,sg-3,sg-4,sg-5,sg-6")).toThrow("TUTTI_SECURITY_GROUP_IDS");
});
