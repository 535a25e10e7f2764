// What each function may do is what it calls, no more and no less: the calls are read out of its bundle, the actions that they take out of
// one table, and what is granted out of the blueprint. docs/permissions.md lists both for every function; `npm run golden` writes it anew.
import { readFileSync, writeFileSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import { type Blueprint, blueprint } from "#infra/blueprint.ts";
import type { FunctionBlueprint } from "#infra/functions.ts";
import { actionsOf } from "#infra/iam-actions.ts";
import { attaching } from "#infra/network-grants.ts";
import { policyDocument } from "#infra/policy.ts";
import { rolesOf } from "#infra/roles.ts";
import type { Statement } from "#infra/statement.ts";
import { callsOf } from "#test/infra/bundle-calls.ts";

const ROOT = new URL("../..", import.meta.url).pathname;
const plan = blueprint(
  { name: "orchestra", account: "123456789012", region: "eu-central-1" },
  "0".repeat(64),
  {},
  {
    targetAccounts: ["210987654321"],
    network: { subnetIds: ["subnet-0123456789abcdef0"], securityGroupIds: ["sg-0123456789abcdef0"] },
  },
);

/** What a function asks for by no call of its own. */
const BY_LAMBDA = [
  "logs:CreateLogStream",
  "logs:PutLogEvents",
  "xray:PutTelemetryRecords",
  "xray:PutTraceSegments",
];

/** And one that is in a network. */
const BY_NETWORK = attaching("").actions;

const WHOLE_STORE = "the store comes as one object, of which this function uses a part";

const ASKED_BY_SWEEP = {
  calls: /^sfn DescribeExecution$/,
  why: "workflows come as one object, and only the sweep asks whether one runs",
};
const dynamodb = (calls: RegExp) => ({ calls, why: WHOLE_STORE });

/** Calls that a bundle carries and the function never makes, so that they are not granted; test/slow/every-grant.test.ts plays them. */
const CARRIED: Record<string, { calls: RegExp; why: string }[]> = {
  api: [ASKED_BY_SWEEP],
  "driver-server": [
    ASKED_BY_SWEEP,
    {
      calls: /^elastic-load-balancing-v2 Modify(Listener|Rule)$/,
      why: "the balancer comes as one object, and servers have one side",
    },
  ],
  "driver-function": [ASKED_BY_SWEEP],
  train: [ASKED_BY_SWEEP, dynamodb(/^dynamodb DeleteItem$/)],
  "events-deploy": [ASKED_BY_SWEEP],
  "events-schedule": [ASKED_BY_SWEEP],
  "driver-container": [
    ASKED_BY_SWEEP,
    {
      calls: /^elastic-load-balancing-v2 (R|Der)egisterTargets$/,
      why: "the balancer comes as one object, and ECS puts its tasks in and out by itself",
    },
  ],
  "events-artifact": [
    ASKED_BY_SWEEP,
    dynamodb(/^dynamodb BatchGetItem$/),
    { calls: /^s3 PutObject$/, why: "the bucket comes as one object, with the API's presigned uploads" },
  ],
  "events-image": [
    ASKED_BY_SWEEP,
    dynamodb(/^dynamodb BatchGetItem$/),
    {
      calls: /^ecr (CreateRepository|PutLifecyclePolicy|BatchDeleteImage)$/,
      why: "the registry comes as one object, with the API's new repositories",
    },
  ],
  hooks: [
    dynamodb(/^dynamodb (BatchGetItem|DeleteItem|Query)$/),
    { calls: /^sfn /, why: "the engine's parts are put together in one place, and this one starts and wakes nothing" },
    {
      calls: /^secrets-manager (?!GetSecretValue$)/,
      why: "hook secrets come as one object, with those calls of the API that make and remove them",
    },
  ],
  "events-notify": [
    dynamodb(/^dynamodb (?!(Get|Put)Item$)/),
    { calls: /^(sfn|eventbridge) /, why: "the engine's parts are put together in one place, and this one starts and tells nothing" },
    { calls: /^secrets-manager (?!GetSecretValue$)/, why: "secrets come as one object, with those calls of the API that make and remove them" },
  ],
  "events-dead-letter": [{ calls: /^(sfn|eventbridge|dynamodb (?!PutItem$))/, why: WHOLE_STORE }],
};

const calls = new Map<string, string[]>();
beforeAll(async () => {
  for (const one of plan.functions) calls.set(one.short, await callsOf(ROOT, one));
  // Sixteen bundles, beside whatever else the machine does.
});

function takenBy(one: FunctionBlueprint): Set<string> {
  const carried = CARRIED[one.short] ?? [];
  const made = calls.get(one.short)!.filter((call) => !carried.some((line) => line.calls.test(call)));
  const onFailure = one.onFailure ? ["lambda:InvokeFunction"] : [];
  const network = one.network ? BY_NETWORK : [];
  return new Set([
    ...made.flatMap((call) => actionsOf(call, one.short)),
    ...BY_LAMBDA,
    ...network,
    ...onFailure,
  ]);
}

function unlike({ functions }: Pick<Blueprint, "functions">): string[] {
  return functions.flatMap((one) => {
    const taken = takenBy(one);
    const granted = new Set(one.statements.flatMap(({ actions }) => actions));
    return [
      ...[...taken].filter((action) => !granted.has(action)).map((action) => `${one.short} lacks ${action}`),
      ...[...granted]
        .filter((action) => !taken.has(action))
        .map((action) => `${one.short} does not use ${action}`),
    ];
  });
}

test("every function is granted exactly what the calls in its bundle take", () => {
  expect(unlike(plan)).toEqual([]);
});

test("each action of each function is noticed when it is taken away, and one too many when it is added", () => {
  const noticed = (one: FunctionBlueprint, statements: Statement[]) =>
    unlike({ functions: [{ ...one, statements }] });
  for (const one of plan.functions) {
    const granted = new Set(one.statements.flatMap(({ actions }) => actions));
    for (const action of granted) {
      const left = one.statements.map((each) => ({
        ...each,
        actions: each.actions.filter((name) => name !== action),
      }));
      expect(noticed(one, left)).toEqual([`${one.short} lacks ${action}`]);
    }
    const more = { actions: ["dynamodb:DeleteTable"], resources: [plan.names.tableArn] };
    expect(noticed(one, [...one.statements, more])).toEqual([
      `${one.short} does not use dynamodb:DeleteTable`,
    ]);
  }
});

test("what a bundle carries and is not granted is still carried", () => {
  for (const [short, lines] of Object.entries(CARRIED))
    for (const line of lines)
      expect(
        calls.get(short)!.filter((call) => line.calls.test(call)),
        `${short} ${line.calls}`,
      ).not.toEqual([]);
});

/** The installation's own by name, or Tutti's by its tag. */
function isNarrow({ resources, conditions = {} }: Statement): boolean {
  const keys = Object.values(conditions).flatMap((one) => Object.keys(one));
  const byTag = keys.some((key) => /(ResourceTag|resourceTag)\/tutti:app$|:CreateAction$/.test(key));
  return (
    byTag ||
    resources.every((arn) => arn.includes("orchestra") || /::document\/AWS-RunShellScript$/.test(arn))
  );
}

test("what reaches further than the installation and what Tutti made says why, and nothing else does", () => {
  const statements = rolesOf(plan).flatMap((role) =>
    role.statements.map((one) => ({ short: role.short, ...one })),
  );
  const silent = statements.filter((one) => !isNarrow(one) && !/^[A-Z].{30,}\.$/.test(one.why ?? ""));
  expect(silent).toEqual([]);
  const needless = statements.filter((one) => isNarrow(one) && one.why !== undefined);
  expect(needless).toEqual([]);
});

test("what changes or ends something outside of the installation is held to the tag, or says why it cannot be", () => {
  const changing = /:(Delete|Modify|Terminate|Stop|Deregister|Register|Update|Set|Send)/;
  const wide = rolesOf(plan).flatMap(({ short, statements }) =>
    statements
      .filter((one) => !isNarrow(one))
      .flatMap(({ actions }) =>
        actions.filter((action) => changing.test(action)).map((action) => `${short} ${action}`),
      ),
  );
  expect(wide).toEqual([
    "driver-server ssm:SendCommand",
    "driver-server ec2:DeleteNetworkInterface",
    "driver-container ecs:DeregisterTaskDefinition",
    "driver-container application-autoscaling:RegisterScalableTarget",
    "driver-container application-autoscaling:DeregisterScalableTarget",
    "driver-function application-autoscaling:RegisterScalableTarget",
    "driver-function application-autoscaling:DeregisterScalableTarget",
    // As those roles, and never by their code: the condition says so.
    "hooks ec2:DeleteNetworkInterface",
    "events-notify ec2:DeleteNetworkInterface",
    "app-function ec2:DeleteNetworkInterface",
  ]);
});

/** IAM and AWS STS quotas, "Role inline policies": 10,240 characters for all of a role's, white space not counted. */
const LONGEST_POLICY = 10_240;

test("every role's policy is short enough for IAM, under the longest name there is", () => {
  const longest = blueprint(
    { name: `tutti-${"s".repeat(20)}`, account: "123456789012", region: "ap-southeast-1" },
    "0".repeat(64),
  );
  for (const { short, statements } of rolesOf(longest))
    expect(policyDocument(statements).replace(/\s/g, "").length, short).toBeLessThan(LONGEST_POLICY);
});

const PAGE = new URL("../../docs/permissions.md", import.meta.url);

test("docs/permissions.md lists calls and permissions of every function, and why some reach further", () => {
  const page = pageOf();
  if (process.env.GOLDEN === "write") writeFileSync(PAGE, page);
  expect(readFileSync(PAGE, "utf8")).toBe(page);
});

function pageOf(): string {
  const code = (list: Iterable<string>) => [...list].map((one) => `\`${one}\``).join(" ");
  const functions = plan.functions.map((one) => {
    const carried = (CARRIED[one.short] ?? []).map(({ why }) => ` More is carried and not granted: ${why}.`).join("");
    return [
      `## ${one.short}\n\nCalls: ${code(calls.get(one.short)!)}.${carried}\n\n| actions | on | why so far |\n| --- | --- | --- |`,
      ...one.statements.map(rowOf),
    ].join("\n");
  });
  const others = rolesOf(plan).filter(({ short }) => !plan.functions.some((one) => one.short === short));
  const roles = others.map(({ short, service, statements }) =>
    [`## ${short} (${service})\n\n| actions | on | why so far |\n| --- | --- | --- |`, ...statements.map(rowOf)].join("\n"),
  );
  return `${HEAD}\n\n${[...functions, ...roles].join("\n\n")}\n`;
}

const HEAD = `# Permissions

Made by \`npm run golden\` from the bundles and the blueprint; a test holds them against each other in both directions. Shown is an
installation named \`orchestra\` that is in a network and may work in a second account. A condition on \`tutti:app\` means: only what Tutti made for an app.`;

function rowOf({ actions, resources, conditions = {}, why = "" }: Statement): string {
  const held = Object.entries(conditions).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, value]) => `${operator} \`${key}\` \`${value}\``),
  );
  const shorter = resources.map((arn) => `\`${arn.replace("eu-central-1:123456789012", "…")}\``).join("<br>");
  return `| ${actions.join("<br>")} | ${[shorter, ...held].join("<br>")} | ${why} |`;
}
