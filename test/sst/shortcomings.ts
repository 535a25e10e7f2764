// Rules that hold for every resource of a kind in an evaluated program. Answers what breaks them, as `name: what is wrong`.
import { type Graph, inputsOf } from "./graph.ts";

type Inputs = Record<string, unknown>;
type Rule = [type: string, wrong: string, isWrong: (inputs: Inputs, graph: Graph) => boolean];

const LONGEST_LOGS_DAYS = 90;

const RULES: Rule[] = [
  ["aws:dynamodb/table:Table", "not encrypted", ({ serverSideEncryption }) => !isOn(serverSideEncryption)],
  [
    "aws:dynamodb/table:Table",
    "no point-in-time recovery",
    ({ pointInTimeRecovery }) => !isOn(pointInTimeRecovery),
  ],
  [
    "aws:dynamodb/table:Table",
    "not protected from deletion in production",
    ({ deletionProtectionEnabled }, { app }) => app.protect === true && deletionProtectionEnabled !== true,
  ],
  [
    "aws:s3/bucket:Bucket",
    "not encrypted",
    lacks("aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"),
  ],
  ["aws:s3/bucket:Bucket", "no versions", lacks("aws:s3/bucketVersioning:BucketVersioning")],
  [
    "aws:s3/bucket:Bucket",
    "may become public",
    lacks("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"),
  ],
  ["aws:s3/bucket:Bucket", "may be read without TLS", lacks("aws:s3/bucketPolicy:BucketPolicy")],
  [
    "aws:s3/bucketCorsConfiguration:BucketCorsConfiguration",
    "pages of other origins may call the bucket",
    () => true,
  ],
  [
    "aws:lambda/functionUrl:FunctionUrl",
    "pages of other origins may call it",
    ({ cors }) => cors !== undefined,
  ],
  [
    "aws:lambda/function:Function",
    "not traced",
    ({ tracingConfig, name }, graph) =>
      modeOf(tracingConfig) !== (hasUrl(graph, name) ? "Active" : "PassThrough"),
  ],
  ["aws:lambda/function:Function", "not on arm64", ({ architectures }) => `${architectures}` !== "arm64"],
  [
    "aws:lambda/function:Function",
    "logs no JSON",
    ({ loggingConfig }) => (loggingConfig as Inputs | undefined)?.logFormat !== "JSON",
  ],
  [
    "aws:sfn/stateMachine:StateMachine",
    "not traced",
    ({ tracingConfiguration }) => !isOn(tracingConfiguration),
  ],
  [
    "aws:cloudwatch/logGroup:LogGroup",
    "logs are kept for ever",
    ({ retentionInDays }) => !(Number(retentionInDays) > 0 && Number(retentionInDays) <= LONGEST_LOGS_DAYS),
  ],
  [
    "aws:iam/role:Role",
    "may be assumed by more than one service",
    ({ assumeRolePolicy }) => !trustsOneService(String(assumeRolePolicy)),
  ],
  [
    "aws:iam/role:Role",
    "has policies that are not the blueprint's",
    ({ managedPolicyArns }) => managedPolicyArns !== undefined,
  ],
];

export function shortcomings(graph: Graph): string[] {
  return RULES.flatMap(([type, wrong, isWrong]) =>
    Object.entries(inputsOf(graph, type))
      .filter(([, inputs]) => isWrong(inputs, graph))
      .map(([name]) => `${name}: ${wrong}`),
  );
}

/** Whether a bucket has nothing of that type. */
function lacks(type: string): Rule[2] {
  return ({ bucket }, graph) => !Object.values(inputsOf(graph, type)).some((one) => one.bucket === bucket);
}

/** Strangers' calls begin a trace; the rest is traced where its caller was. */
function hasUrl(graph: Graph, name: unknown): boolean {
  return Object.values(inputsOf(graph, "aws:lambda/functionUrl:FunctionUrl")).some(
    (one) => one.functionName === name,
  );
}

function isOn(value: unknown): boolean {
  return (value as { enabled?: boolean } | undefined)?.enabled === true;
}

function modeOf(value: unknown): unknown {
  return (value as { mode?: string } | undefined)?.mode;
}

function trustsOneService(document: string): boolean {
  const { Statement } = JSON.parse(document) as { Statement: { Principal: Record<string, unknown> }[] };
  const [only, ...more] = Statement;
  return (
    more.length === 0 &&
    Object.keys(only!.Principal).join() === "Service" &&
    typeof only!.Principal.Service === "string"
  );
}
