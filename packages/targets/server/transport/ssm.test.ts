import {
  DescribeInstanceInformationCommand,
  ListCommandInvocationsCommand,
  SendCommandCommand,
  SSMClient,
} from "@aws-sdk/client-ssm";
import { mockClient } from "aws-sdk-client-mock";
import { expect, test } from "vitest";
import { ssmTransport } from "./ssm.ts";

const ssm = new SSMClient({ region: "us-east-1" });
const START = new Date("2026-01-05T12:00:00Z");

function aHost(number: number, online = true) {
  return { id: `web-${number}`, address: `10.0.0.${number}`, instanceId: `mi-${number}`, online };
}

function transportAt(secondsLater = 0) {
  return ssmTransport({ ssm }, { now: () => START.getTime() + secondsLater * 1000, sleep: async () => {} });
}

test("hosts with one script share one command, in which each finds its own address", async () => {
  const mock = mockClient(ssm)
    .on(SendCommandCommand)
    .resolves({ Command: { CommandId: "c1" } });
  const jobs = [1, 2].map((number) => ({ host: aHost(number), script: "echo hi\n", timeoutSeconds: 60 }));
  const outcomes = await transportAt().run(jobs);
  expect([...outcomes]).toEqual([
    ["web-1", { kind: "pending", ref: "c1" }],
    ["web-2", { kind: "pending", ref: "c1" }],
  ]);
  expect(mock.commandCalls(SendCommandCommand).map((call) => call.args[0].input)).toEqual([
    {
      DocumentName: "AWS-RunShellScript",
      InstanceIds: ["mi-1", "mi-2"],
      MaxConcurrency: "100%",
      MaxErrors: "100%",
      TimeoutSeconds: 30,
      Parameters: {
        commands: [
          "case $AWS_SSM_INSTANCE_ID in\n'mi-1') HOST='10.0.0.1' ;;\n'mi-2') HOST='10.0.0.2' ;;\nesac\necho hi\n",
        ],
        executionTimeout: ["60"],
      },
    },
  ]);
});

test("no more than 50 hosts go into one command", async () => {
  const mock = mockClient(ssm)
    .on(SendCommandCommand)
    .resolves({ Command: { CommandId: "c1" } });
  const jobs = Array.from({ length: 120 }, (_, index) => ({
    host: aHost(index),
    script: "x",
    timeoutSeconds: 1,
  }));
  await transportAt().run(jobs);
  const sizes = mock.commandCalls(SendCommandCommand).map((call) => call.args[0].input.InstanceIds!.length);
  expect(sizes).toEqual([50, 50, 20]);
});

test("a host whose agent is not online is unreachable, and nothing is sent to it", async () => {
  const mock = mockClient(ssm)
    .on(SendCommandCommand)
    .resolves({ Command: { CommandId: "c1" } });
  const outcomes = await transportAt().run([{ host: aHost(1, false), script: "x", timeoutSeconds: 1 }]);
  expect(outcomes.get("web-1")).toEqual({ kind: "unreachable", reason: "the SSM agent is not online" });
  expect(mock.calls()).toHaveLength(0);
});

async function askedAfter(invocation: object | null, secondsLater = 0) {
  const CommandInvocations = invocation
    ? [{ InstanceId: "mi-1", RequestedDateTime: START, ...invocation }]
    : [];
  mockClient(ssm).on(ListCommandInvocationsCommand).resolves({ CommandInvocations });
  return (await transportAt(secondsLater).ask([{ host: aHost(1), ref: "c1" }])).get("web-1");
}

test.each([
  ["not listed yet", null, 0, "pending"],
  ["just sent", { Status: "Pending" }, 5, "pending"],
  ["never taken up", { Status: "Pending" }, 21, "unreachable"],
  ["under way", { Status: "InProgress" }, 100, "pending"],
  ["lost on the way", { Status: "InProgress" }, 200, "unreachable"],
  ["lost by a restart of the agent", { Status: "Failed", StatusDetails: "Undeliverable" }, 3, "lost"],
  ["ended by other hosts' errors", { Status: "Cancelled", StatusDetails: "Terminated" }, 3, "lost"],
  ["not delivered", { Status: "TimedOut", StatusDetails: "DeliveryTimedOut" }, 31, "unreachable"],
  ["ended", { Status: "Success", CommandPlugins: [{ Output: "hi", ResponseCode: 0 }] }, 1, "exited"],
  ["stopped at its time-out", { Status: "TimedOut", StatusDetails: "ExecutionTimedOut" }, 99, "exited"],
] as const)("a command that is %s", async (_name, invocation, secondsLater, kind) => {
  expect(await askedAfter(invocation, secondsLater)).toMatchObject({ kind });
});

test.each([
  [2, "pending"],
  [15, "lost"],
])("a command that is unknown %s s after it was sent is %s", async (secondsLater, kind) => {
  mockClient(ssm).on(ListCommandInvocationsCommand).resolves({ CommandInvocations: [] });
  const pending = [{ host: aHost(1), ref: "c1", sentAtMs: START.getTime() }];
  expect((await transportAt(secondsLater).ask(pending)).get("web-1")).toMatchObject({ kind });
});

test("a permission that is missing is told by its action", async () => {
  const denied = Object.assign(new Error("not you"), { name: "AccessDeniedException" });
  mockClient(ssm).on(SendCommandCommand).rejects(denied);
  await expect(transportAt().run([{ host: aHost(1), script: "x", timeoutSeconds: 1 }])).rejects.toMatchObject(
    { code: "platform_denied", message: "ssm:SendCommand was denied: not you" },
  );
});

test("a script that takes longer than a moment is given up when its host is cut off, and waited for else", async () => {
  mockClient(ssm)
    .on(ListCommandInvocationsCommand)
    .resolves({
      CommandInvocations: [1, 2, 3].map((number) => ({
        InstanceId: `mi-${number}`,
        Status: "InProgress",
        RequestedDateTime: START,
      })),
    })
    .on(DescribeInstanceInformationCommand, { Filters: [{ Key: "InstanceIds", Values: ["mi-1", "mi-2"] }] })
    .resolves({
      InstanceInformationList: [
        { InstanceId: "mi-1", PingStatus: "Online" },
        { InstanceId: "mi-2", PingStatus: "ConnectionLost" },
      ],
    });
  const sentAtMs = START.getTime();
  const outcomes = await transportAt(4).ask([
    { host: aHost(1), ref: "c1", sentAtMs },
    { host: aHost(2), ref: "c1", sentAtMs },
    // Asked after a second ago.
    { host: aHost(3), ref: "c1", sentAtMs, seenOnlineAtMs: sentAtMs + 3_000 },
  ]);
  expect(Object.fromEntries(outcomes)).toEqual({
    "web-1": { kind: "pending", ref: "c1", seenOnlineAtMs: sentAtMs + 4_000 },
    "web-2": { kind: "unreachable", reason: "the SSM agent was cut off while its script ran" },
    "web-3": { kind: "pending", ref: "c1" },
  });
});
