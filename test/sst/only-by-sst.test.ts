// What the SST program makes and the comparison of the two builders does not see: each is named here with why the sandbox has none of
// it, so that a new one is told.
import { expect, test } from "vitest";
import { blueprint } from "#infra/blueprint.ts";
import { logicalName } from "#infra/sst/logical-name.ts";
import { comparedTypes } from "./built-by-sst.ts";
import { evaluate } from "./evaluate.ts";
import type { Graph } from "./graph.ts";

const evaluated = () =>
  evaluate({
    stage: "test",
    account: "000000000000",
    region: "us-east-1",
    secrets: { AdminToken: "t" },
  });

const plan = blueprint({ name: "tutti-test", account: "000000000000", region: "us-east-1" }, "");
const each = (suffix: string) => plan.functions.map(({ short }) => `${logicalName(short)}${suffix}`);

type Only = { type: string; names: string[]; why: string };
const LOGS = "logs are files in the sandbox, which keeps them where the function's role may write";
const ONLY: Only[] = [
  {
    type: "aws:cloudwatch/dashboard:Dashboard",
    names: ["Dashboard"],
    why: "the sandbox shows no dashboards",
  },
  { type: "aws:cloudwatch/logGroup:LogGroup", names: [...each("LogGroup"), "AppFunctionLogs"], why: LOGS },
  {
    type: "aws:cloudwatch/logMetricFilter:LogMetricFilter",
    names: plan.logMetrics.flatMap(({ metricName, functions }) =>
      functions.map((short) => `${logicalName(short)}${metricName}`),
    ),
    why: "the sandbox counts no lines of logs; only-on-aws.test.ts holds each to a log that is written",
  },
  {
    type: "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    names: ["ArtifactsLifecycle"],
    why: "the sandbox keeps one version of an object, and nothing of what was replaced",
  },
  {
    type: "aws:s3/bucketObjectv2:BucketObjectv2",
    names: each("Code"),
    why: "bundles, compared file by file",
  },
  ...[
    ["Policy", "TLS"],
    ["PublicAccessBlock", "strangers"],
    ["ServerSideEncryptionConfiguration", "encryption"],
    ["Versioning", "older versions"],
  ].map(([kind, what]) => ({
    type: `aws:s3/bucket${kind}:Bucket${kind}`,
    names: [`Artifacts${kind === "ServerSideEncryptionConfiguration" ? "Encryption" : kind}`],
    why: `the sandbox's S3 knows nothing of ${what}; shortcomings.ts asks for it`,
  })),
  {
    type: "random:index/randomBytes:RandomBytes",
    names: ["LambdaEncryptionKey"],
    why: "SST's own, for links; no function has any",
  },
  { type: "sst:aws:Bucket", names: ["Artifacts"], why: "SST's name for the parts, which are compared" },
  { type: "sst:aws:Function", names: each(""), why: "SST's name for the parts, which are compared" },
  {
    type: "sst:sst:LinkRef",
    names: [...each("LinkRef"), "ArtifactsLinkRef", "AdminTokenLinkRef"],
    why: "SST's own bookkeeping; nothing is asked of AWS",
  },
  { type: "sst:sst:Secret", names: ["AdminToken"], why: "a sandbox is told its token by who starts it" },
];

function unnamed(graph: Graph): string[] {
  const compared = comparedTypes(graph);
  const named = new Set(ONLY.flatMap(({ type, names }) => names.map((name) => `${type} ${name}`)));
  return graph.resources
    .filter(({ type }) => !compared.has(type))
    .map(({ type, name }) => `${type} ${name}`)
    .filter((one) => !named.has(one))
    .sort();
}

test("each resource that is not held against the sandbox's is named with why", async () => {
  expect(unnamed(await evaluated())).toEqual([]);
});

test("what is named is made, so that no line outlives its resource", async () => {
  const made = new Set((await evaluated()).resources.map(({ type, name }) => `${type} ${name}`));
  expect(
    ONLY.flatMap(({ type, names }) => names.map((name) => `${type} ${name}`)).filter((one) => !made.has(one)),
  ).toEqual([]);
});
