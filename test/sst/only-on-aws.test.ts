// What the sandbox has nothing of and AWS is asked for: encryption, recovery, protection, traces, how long logs are kept. Each
// assertion is a rule over the whole graph, and a change that breaks it on purpose must be told.
import { readFileSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import type { Change } from "./bundle-program.ts";
import { type Evaluation, evaluate } from "./evaluate.ts";
import { type Graph, inputsOf, resource } from "./graph.ts";
import { shortcomings } from "./shortcomings.ts";

const PLACE = { account: "000000000000", region: "us-east-1", secrets: { AdminToken: "t" } };
const at = (stage: string, more: Partial<Evaluation> = {}) => evaluate({ ...PLACE, stage, ...more });

let stage: Graph;
let production: Graph;
beforeAll(async () => {
  stage = await at("test");
  production = await at("production");
});

test("nothing is left unencrypted, untraced, unrecoverable, or open to more than it must be", () => {
  expect(shortcomings(stage)).toEqual([]);
  expect(shortcomings(production)).toEqual([]);
});

const storage = (from: string, to: string): Change => ({ file: "packages/infra/sst/storage.ts", from, to });
const functions = (from: string, to: string): Change => ({
  file: "packages/infra/sst/functions.ts",
  from,
  to,
});

const FLAWS: [Change, string][] = [
  [
    storage("serverSideEncryption: { enabled: true }", "serverSideEncryption: { enabled: false }"),
    "Table: not encrypted",
  ],
  [storage("pointInTimeRecovery: { enabled: true },", ""), "Table: no point-in-time recovery"],
  [
    storage("deletionProtectionEnabled: $app", "tableClass: $app"),
    "Table: not protected from deletion in production",
  ],
  [
    storage("bucket: bucket.name,\n    rules: [{ apply", 'bucket: "another",\n    rules: [{ apply'),
    "ArtifactsBucket: not encrypted",
  ],
  [storage("versioning: true,", ""), "ArtifactsBucket: no versions"],
  [storage("cors: false,", ""), "ArtifactsCors: pages of other origins may call the bucket"],
  [functions('"Active" : "PassThrough"', '"PassThrough" : "PassThrough"'), "ApiFunction: not traced"],
  [functions('retention: "1 month"', 'retention: "forever"'), "ApiLogGroup: logs are kept for ever"],
  [functions(", cors: false", ""), "ApiUrl: pages of other origins may call it"],
  [functions('"arm64" as', '"x86_64" as'), "ApiFunction: not on arm64"],
];

test.each(FLAWS.map(([change, told]) => ({ change, told })))(
  "$told: it is told",
  async ({ change, told }) => {
    expect(shortcomings(await at("production", { changes: [change] }))).toContain(told);
  },
);

test("in production nothing that remembers goes with the installation, elsewhere everything does", () => {
  for (const [graph, kept] of [
    [stage, false],
    [production, true],
  ] as const) {
    expect(graph.app).toMatchObject({ removal: kept ? "retain" : "remove", protect: kept });
    const [table, bucket] = [
      resource(graph, "aws:dynamodb/table:Table", "Table"),
      resource(graph, "aws:s3/bucket:Bucket", "ArtifactsBucket"),
    ];
    expect([table.retainOnDelete, bucket.retainOnDelete]).toEqual([kept, kept]);
    expect(table.inputs.deletionProtectionEnabled).toBe(kept);
    expect(bucket.inputs.forceDestroy).toBe(!kept);
  }
});

test("what an uninstall sets in sst.config.ts leaves nothing that would stop the removal", async () => {
  for (const config of [undefined, "examples/platform"]) {
    const graph = await at("production", { app: { protect: false, removal: "remove" }, config });
    const still = graph.resources.filter(
      ({ protect, retainOnDelete, inputs }) =>
        protect ||
        retainOnDelete ||
        inputs.deletionProtectionEnabled === true ||
        inputs.enableDeletionProtection === true ||
        inputs.forceDestroy === false,
    );
    expect(still.map(({ name }) => name)).toEqual([]);
  }
});

test("what apps of the kind function print is kept for as long as Tutti's own logs, in the group that they are told", () => {
  const groups = inputsOf(stage, "aws:cloudwatch/logGroup:LogGroup");
  const api = Object.values(inputsOf(stage, "aws:lambda/function:Function")).map((one) => one.environment);
  const told = JSON.stringify(api).match(/"TUTTI_APP_FUNCTION_LOG_GROUP":"([^"]+)"/)?.[1];
  expect(groups.AppFunctionLogs).toEqual({
    name: told,
    retentionInDays: groups.ApiLogGroup!.retentionInDays,
  });
});

test("everything carries the installation's tag", () => {
  expect(production.app.providers.aws).toMatchObject({
    defaultTags: { tags: { "tutti:installation": "tutti-production" } },
  });
});

test.each(["rollout", "bake", "trains", "heal"])("the workflow %s is the one in the golden file", (short) => {
  const golden = { rollout: "rollout", bake: "image", trains: "train", heal: "heal" }[short];
  const text = readFileSync(new URL(`../golden/${golden}.asl.json`, import.meta.url), "utf8");
  const wanted = JSON.parse(text.replaceAll(":tutti-", ":tutti-test-"));
  const name = short[0]!.toUpperCase() + short.slice(1);
  const { definition } = resource(stage, "aws:sfn/stateMachine:StateMachine", name).inputs;
  expect(JSON.parse(String(definition))).toEqual(wanted);
});

test("the admin token is a secret of which only the hash reaches a function", () => {
  const environments = Object.values(inputsOf(stage, "aws:lambda/function:Function")).map(
    (one) => one.environment,
  );
  expect(JSON.stringify(stage.resources.filter((one) => one.custom))).not.toContain('"t"');
  const holding = environments.filter((one) => JSON.stringify(one).includes("TUTTI_ADMIN_TOKEN_SHA256"));
  expect(holding).toHaveLength(1);
});

test("no concurrency is reserved unless asked for, and a boundary is put on every role where one is named", async () => {
  const reserved = (graph: Graph) =>
    Object.entries(inputsOf(graph, "aws:lambda/function:Function")).flatMap(([name, one]) =>
      one.reservedConcurrentExecutions === undefined ? [] : [[name, one.reservedConcurrentExecutions]],
    );
  const boundary = "arn:aws:iam::000000000000:policy/teams";
  const asked = await at("test", {
    env: { TUTTI_API_CONCURRENCY: "50", TUTTI_PERMISSIONS_BOUNDARY_ARN: boundary },
  });
  expect(reserved(stage)).toEqual([]);
  expect(reserved(asked)).toEqual([["ApiFunction", 50]]);
  const roles = Object.values(inputsOf(asked, "aws:iam/role:Role"));
  expect(roles.length).toBeGreaterThan(15);
  expect(new Set(roles.map((one) => one.permissionsBoundary))).toEqual(new Set([boundary]));
});

test("each log that a metric is counted from is one that a function writes, and alarms tell a topic only where one is named", async () => {
  const filters = Object.values(inputsOf(stage, "aws:cloudwatch/logMetricFilter:LogMetricFilter"));
  const written = Object.values(inputsOf(stage, "aws:cloudwatch/logGroup:LogGroup")).map((one) => one.name);
  expect(filters.filter((one) => !written.includes(one.logGroupName))).toEqual([]);
  expect(new Set(filters.map((one) => one.name))).toEqual(
    new Set(["FailedDeployments", "CarriedOn", "HealFailures"]),
  );
  const topic = "arn:aws:sns:us-east-1:000000000000:on-call";
  const told = async (env: Record<string, string>) =>
    Object.values(inputsOf(await at("test", { env }), "aws:cloudwatch/metricAlarm:MetricAlarm")).map(
      (one) => one.alarmActions,
    );
  expect(new Set(await told({}))).toEqual(new Set([undefined]));
  for (const actions of await told({ TUTTI_ALARM_TOPIC_ARN: topic })) expect(actions).toEqual([topic]);
});
