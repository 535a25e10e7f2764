// What reaches a function or a state machine by itself: events through rules, and schedules.
import * as eventbridge from "@aws-sdk/client-eventbridge";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import * as scheduler from "@aws-sdk/client-scheduler";
import { afterEach, beforeEach, expect, test } from "vitest";
import { AwsError, type Service } from "#sandbox/platform.ts";
import { aRole, aSandbox, type TestSandbox } from "#test/support/sandbox.ts";

const FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:artifact";
const MACHINE = "arn:aws:states:us-east-1:000000000000:stateMachine:rollout";

let sandbox: TestSandbox;
let invoked: { FunctionName: string; InvocationType: string; Payload: Buffer }[];
let started: { stateMachineArn: string; input: string }[];
let failures: AwsError[];

/** In the place of the real ones: what they are called with is what is tested here. */
function doubles(): Service[] {
  const double = (name: string, handlers: Service["handlers"]) =>
    ({ name, module: eventbridge, Client: eventbridge.EventBridgeClient, handlers }) as Service;
  return [
    {
      ...double("lambda", {
        Invoke(input) {
          const failure = failures.shift();
          if (failure) throw failure;
          invoked.push(input);
        },
      }),
      iamActions: { Invoke: ["lambda:InvokeFunction"] },
      iamResources: { Invoke: (input) => [input.FunctionName] },
    },
    double("states", { StartExecution: (input) => started.push(input) }),
  ];
}

beforeEach(async () => {
  [invoked, started, failures] = [[], [], []];
  sandbox = await aSandbox({ services: doubles });
});
afterEach(() => sandbox?.remove());

async function aRule(pattern: object, target: Partial<eventbridge.Target>) {
  const client = new eventbridge.EventBridgeClient(sandbox.config());
  await client.send(new eventbridge.PutRuleCommand({ Name: "rule", EventPattern: JSON.stringify(pattern) }));
  await client.send(
    new eventbridge.PutTargetsCommand({ Rule: "rule", Targets: [{ Id: "1", Arn: FUNCTION, ...target }] }),
  );
  return client;
}

test("an upload reaches the function of the rule that takes it", async () => {
  await aRule(
    {
      source: ["aws.s3"],
      "detail-type": ["Object Created"],
      detail: { object: { key: [{ prefix: "releases/" }] } },
    },
    {},
  );
  const { platform } = sandbox;
  await platform.call("s3", "CreateBucket", { Bucket: "artifacts" }, "root");
  await platform.call(
    "s3",
    "PutBucketNotificationConfiguration",
    { Bucket: "artifacts", NotificationConfiguration: { EventBridgeConfiguration: {} } },
    "root",
  );
  const s3 = new S3Client(sandbox.config());
  for (const Key of ["uploads/x", "releases/storefront/v2/app.zip"])
    await s3.send(new PutObjectCommand({ Bucket: "artifacts", Key, Body: "x" }));
  await expect.poll(() => invoked).toHaveLength(1);
  expect(invoked[0]).toMatchObject({ FunctionName: FUNCTION, InvocationType: "Event" });
  expect(JSON.parse(String(invoked[0]?.Payload))).toMatchObject({
    version: "0",
    source: "aws.s3",
    account: "000000000000",
    region: "us-east-1",
    resources: ["arn:aws:s3:::artifacts"],
    detail: { bucket: { name: "artifacts" }, object: { key: "releases/storefront/v2/app.zip", size: 1 } },
  });
});

test("a state machine is started with the part of the event that its target asks for", async () => {
  const role = await aRole(sandbox, "starter", [{ Action: "states:StartExecution", Resource: "*" }]);
  const client = await aRule({ source: ["app"] }, { Arn: MACHINE, RoleArn: role, InputPath: "$.detail" });
  const Entries = [{ Source: "app", DetailType: "done", Detail: '{"n":1}' }];
  await client.send(new eventbridge.PutEventsCommand({ Entries }));
  await expect.poll(() => started).toEqual([{ stateMachineArn: MACHINE, input: '{"n":1}' }]);
});

test("a target that fails is tried again, one that refuses is not", async () => {
  const client = await aRule({ source: ["app"] }, {});
  failures = [new AwsError("ServiceException", "not now")];
  await client.send(
    new eventbridge.PutEventsCommand({ Entries: [{ Source: "app", DetailType: "retried" }] }),
  );
  await expect.poll(() => invoked).toHaveLength(1);
  failures = [new AwsError("ResourceNotFoundException", "no such function")];
  await client.send(
    new eventbridge.PutEventsCommand({ Entries: [{ Source: "app", DetailType: "refused" }] }),
  );
  await expect.poll(() => failures).toHaveLength(0);
  expect(invoked.map(({ Payload }) => JSON.parse(String(Payload))["detail-type"])).toEqual(["retried"]);
});

test("an event that was accepted is delivered after a restart", async () => {
  const client = await aRule({ source: ["app"] }, {});
  failures = Array.from({ length: 20 }, () => new AwsError("ServiceException", "down"));
  await client.send(new eventbridge.PutEventsCommand({ Entries: [{ Source: "app", DetailType: "kept" }] }));
  await expect.poll(() => failures.length).toBeLessThan(20);
  await sandbox.stop();
  failures = [];
  sandbox = await aSandbox({ services: doubles, directory: sandbox.directory });
  await expect.poll(() => invoked).toHaveLength(1);
});

test("a disabled rule takes nothing, and one with targets is not deleted", async () => {
  const client = await aRule({ source: ["app"] }, {});
  await client.send(new eventbridge.DisableRuleCommand({ Name: "rule" }));
  await client.send(new eventbridge.PutEventsCommand({ Entries: [{ Source: "app", DetailType: "x" }] }));
  const { Rules } = await client.send(new eventbridge.ListRulesCommand({}));
  expect(Rules).toMatchObject([{ Name: "rule", State: "DISABLED" }]);
  await expect(client.send(new eventbridge.DeleteRuleCommand({ Name: "rule" }))).rejects.toThrow(
    "has targets",
  );
  await client.send(new eventbridge.RemoveTargetsCommand({ Rule: "rule", Ids: ["1"] }));
  await client.send(new eventbridge.DeleteRuleCommand({ Name: "rule" }));
  expect(invoked).toEqual([]);
});

test("entries that are no events are refused one by one", async () => {
  const client = new eventbridge.EventBridgeClient(sandbox.config());
  const Entries = [
    { Source: "app", DetailType: "x", Detail: "{" },
    { DetailType: "x" },
    { Source: "a", DetailType: "b" },
  ];
  const answer = await client.send(new eventbridge.PutEventsCommand({ Entries }));
  expect(answer.FailedEntryCount).toBe(2);
  expect(answer.Entries?.map((entry) => entry.ErrorCode)).toEqual([
    "MalformedDetail",
    "InvalidArgument",
    undefined,
  ]);
});

test("a rule sees the events of its own bus, and what goes to a bus that is not there is dropped", async () => {
  const client = await aRule({ source: ["app"] }, { Input: '"default"' });
  const made = await client.send(new eventbridge.CreateEventBusCommand({ Name: "told" }));
  expect(made.EventBusArn).toBe("arn:aws:events:us-east-1:000000000000:event-bus/told");
  const rule = { Name: "rule", EventBusName: "told", EventPattern: '{"source":["app"]}' };
  const { RuleArn } = await client.send(new eventbridge.PutRuleCommand(rule));
  expect(RuleArn).toBe("arn:aws:events:us-east-1:000000000000:rule/told/rule");
  await client.send(
    new eventbridge.PutTargetsCommand({
      Rule: "rule",
      EventBusName: made.EventBusArn,
      Targets: [{ Id: "1", Arn: FUNCTION, Input: '"told"' }],
    }),
  );
  const event = { Source: "app", DetailType: "done", Detail: "{}" };
  const buses = ["told", "nowhere", made.EventBusArn, undefined];
  const Entries = buses.map((EventBusName) => ({ ...event, EventBusName }));
  const answer = await client.send(new eventbridge.PutEventsCommand({ Entries }));
  expect(answer.FailedEntryCount).toBe(0);
  await expect.poll(() => invoked).toHaveLength(3);
  expect(invoked.map(({ Payload }) => String(Payload)).sort()).toEqual(['"default"', '"told"', '"told"']);
  const listed = await client.send(new eventbridge.ListRulesCommand({ EventBusName: "told" }));
  expect(listed.Rules).toMatchObject([{ Name: "rule", EventBusName: "told" }]);
});

test("a bus is made once, kept over a restart, and not deleted while it has rules", async () => {
  const client = new eventbridge.EventBridgeClient(sandbox.config());
  const make = () => client.send(new eventbridge.CreateEventBusCommand({ Name: "told" }));
  await make();
  await expect(make()).rejects.toBeInstanceOf(eventbridge.ResourceAlreadyExistsException);
  const rule = { Name: "rule", EventBusName: "told", EventPattern: '{"source":["app"]}' };
  await client.send(new eventbridge.PutRuleCommand(rule));
  await sandbox.stop();
  sandbox = await aSandbox({ services: doubles, directory: sandbox.directory });
  const again = new eventbridge.EventBridgeClient(sandbox.config());
  const { EventBuses } = await again.send(new eventbridge.ListEventBusesCommand({}));
  expect(EventBuses?.map(({ Name }) => Name)).toEqual(["default", "told"]);
  const remove = () => again.send(new eventbridge.DeleteEventBusCommand({ Name: "told" }));
  await expect(remove()).rejects.toThrow("has rules");
  await again.send(new eventbridge.DeleteRuleCommand({ Name: "rule", EventBusName: "told" }));
  await remove();
  const lost = again.send(new eventbridge.PutRuleCommand(rule));
  await expect(lost).rejects.toBeInstanceOf(eventbridge.ResourceNotFoundException);
});

test("events are put on the buses that a role is granted, and on no other", async () => {
  const { platform } = sandbox;
  await platform.call("events", "CreateEventBus", { Name: "told" }, "root");
  const Resource = "arn:aws:events:us-east-1:000000000000:event-bus/told";
  const role = await aRole(sandbox, "teller", [{ Action: "events:PutEvents", Resource }]);
  const put = (EventBusName?: string) => {
    const Entries = [{ Source: "app", DetailType: "done", Detail: "{}", EventBusName }];
    return platform.call("events", "PutEvents", { Entries }, role);
  };
  expect(await put("told")).toMatchObject({ FailedEntryCount: 0 });
  await expect(put()).rejects.toThrow("event-bus/default");
});

test("a pattern that the sandbox does not know is refused with its typed error", async () => {
  const client = new eventbridge.EventBridgeClient(sandbox.config());
  const put = client.send(
    new eventbridge.PutRuleCommand({ Name: "r", EventPattern: '{"a":[{"cidr":"10.0.0.0/8"}]}' }),
  );
  await expect(put).rejects.toBeInstanceOf(eventbridge.InvalidEventPatternException);
});

test("a schedule fires as its role, with its input, once", async () => {
  const client = new scheduler.SchedulerClient(sandbox.config());
  const RoleArn = await aRole(sandbox, "sweeper", [{ Action: "lambda:InvokeFunction", Resource: FUNCTION }]);
  await client.send(
    new scheduler.CreateScheduleCommand({
      Name: "once",
      ScheduleExpression: "at(2026-01-01T00:00:00)",
      FlexibleTimeWindow: { Mode: "OFF" },
      ActionAfterCompletion: "DELETE",
      Target: { Arn: FUNCTION, RoleArn, Input: '{"at":"<aws.scheduler.scheduled-time>"}' },
    }),
  );
  await expect.poll(() => invoked).toHaveLength(1);
  expect(String(invoked[0]?.Payload)).toBe('{"at":"2026-01-01T00:00:00Z"}');
  await expect(client.send(new scheduler.GetScheduleCommand({ Name: "once" }))).rejects.toBeInstanceOf(
    scheduler.ResourceNotFoundException,
  );
});

test("schedules are kept, changed and listed, also over a restart", async () => {
  const RoleArn = await aRole(sandbox, "sweeper", [{ Action: "*", Resource: "*" }]);
  const schedule = {
    Name: "sweep",
    ScheduleExpression: "rate(1 minute)",
    FlexibleTimeWindow: { Mode: "OFF" as const },
    Target: { Arn: FUNCTION, RoleArn },
  };
  const client = new scheduler.SchedulerClient(sandbox.config());
  await client.send(new scheduler.CreateScheduleCommand(schedule));
  await expect(client.send(new scheduler.CreateScheduleCommand(schedule))).rejects.toBeInstanceOf(
    scheduler.ConflictException,
  );
  await client.send(new scheduler.UpdateScheduleCommand({ ...schedule, State: "DISABLED" }));
  await sandbox.stop();
  sandbox = await aSandbox({ services: doubles, directory: sandbox.directory });
  const again = new scheduler.SchedulerClient(sandbox.config());
  expect(await again.send(new scheduler.GetScheduleCommand({ Name: "sweep" }))).toMatchObject({
    ...schedule,
    State: "DISABLED",
    ScheduleExpressionTimezone: "UTC",
  });
  const { Schedules } = await again.send(new scheduler.ListSchedulesCommand({ State: "ENABLED" }));
  expect(Schedules).toEqual([]);
  await again.send(new scheduler.DeleteScheduleCommand({ Name: "sweep" }));
});
