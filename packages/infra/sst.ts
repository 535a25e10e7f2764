/// <reference path="../../.sst/platform/config.d.ts" />
// Builds the blueprint on AWS with SST. Everything said here is how; what is built is said in blueprint.ts alone.
import { createHash } from "node:crypto";
import { TABLE_DEFINITION } from "#store/table-definition.ts";
import { accessSettings } from "./access-settings.ts";
import { type Blueprint, blueprint, type FunctionBlueprint, type Statement } from "./blueprint.ts";
import { EXTERNAL } from "./bundle-options.ts";

/** The SST program. Answers the outputs: the URL of the API and console. */
export async function buildOnAws() {
  const [identity, region] = await Promise.all([aws.getCallerIdentity(), aws.getRegion()]);
  const installation = { name: `tutti-${$app.stage}`, account: identity.accountId, region: region.region };
  const adminToken = new sst.Secret("AdminToken");
  const adminTokenSha256 = adminToken.value.apply((token) =>
    createHash("sha256").update(token).digest("hex"),
  );
  // The hash is known only while deploying, so it takes the place of the blueprint's empty one below.
  const plan = blueprint(installation, "", accessSettings(process.env));
  const storage = [buildTable(plan), buildBucket(plan)];
  buildRole(plan, plan.appFunctionRole.short, "lambda.amazonaws.com", plan.appFunctionRole.statements);
  const functions = new Map(
    plan.functions.map((one) => [one.short, buildFunction(plan, one, adminTokenSha256, storage)]),
  );
  buildFailureDestinations(plan, functions);
  buildStateMachines(plan);
  buildProjects(plan, storage);
  buildRules(plan, functions);
  buildSchedules(plan);
  return { url: functions.get("api")!.url };
}

function buildTable(plan: Blueprint) {
  const { AttributeDefinitions, KeySchema, GlobalSecondaryIndexes, ttlAttribute } = TABLE_DEFINITION;
  const keys = (schema: { AttributeName: string; KeyType: string }[]) => ({
    hashKey: schema.find((key) => key.KeyType === "HASH")!.AttributeName,
    rangeKey: schema.find((key) => key.KeyType === "RANGE")?.AttributeName,
  });
  return new aws.dynamodb.Table("Table", {
    name: plan.names.table,
    billingMode: "PAY_PER_REQUEST",
    attributes: AttributeDefinitions.map((one) => ({ name: one.AttributeName, type: one.AttributeType })),
    ...keys(KeySchema),
    globalSecondaryIndexes: GlobalSecondaryIndexes.map((one) => ({
      name: one.IndexName,
      projectionType: one.Projection.ProjectionType,
      ...keys(one.KeySchema),
    })),
    ttl: { attributeName: ttlAttribute, enabled: true },
    pointInTimeRecovery: { enabled: true },
    serverSideEncryption: { enabled: true },
    deletionProtectionEnabled: $app.stage === "production",
  });
}

function buildBucket(plan: Blueprint) {
  const bucket = new sst.aws.Bucket("Artifacts", {
    versioning: true,
    transform: { bucket: { bucket: plan.names.bucket } },
  });
  new aws.s3.BucketNotification("ArtifactEvents", { bucket: bucket.name, eventbridge: true });
  return bucket;
}

function buildFunction(
  plan: Blueprint,
  one: FunctionBlueprint,
  adminTokenSha256: $util.Output<string>,
  dependsOn: $util.Resource[],
) {
  const environment =
    "TUTTI_ADMIN_TOKEN_SHA256" in one.environment
      ? { ...one.environment, TUTTI_ADMIN_TOKEN_SHA256: adminTokenSha256 }
      : one.environment;
  return new sst.aws.Function(
    pascal(one.short),
    {
      name: plan.names.functionName(one.short),
      handler: one.handler.replace(/\.ts$/, ".handler"),
      runtime: "nodejs24.x",
      architecture: "arm64",
      memory: `${one.memoryMiB} MB`,
      timeout: `${one.timeoutSeconds} seconds`,
      environment,
      permissions: one.statements.map(permission),
      url: one.url ? { authorization: "none" } : undefined,
      // SST minifies and bundles to one ES module by itself; it has no aliases, so the SDK's own credentials go in.
      nodejs: { minify: true, esbuild: { external: EXTERNAL } },
      copyFiles: one.assets ? [{ from: one.assets, to: "web" }] : undefined,
      logging: { retention: "1 month", format: "json" },
      // SST's own trust policy lets the whole account assume the role; only Lambda needs to.
      transform: { role: { assumeRolePolicy: trust("lambda.amazonaws.com") } },
    },
    { dependsOn },
  );
}

function buildFailureDestinations(plan: Blueprint, functions: Map<string, sst.aws.Function>): void {
  for (const { short, onFailure } of plan.functions) {
    if (!onFailure) continue;
    new aws.lambda.FunctionEventInvokeConfig(`${pascal(short)}Failure`, {
      functionName: functions.get(short)!.name,
      destinationConfig: { onFailure: { destination: functions.get(onFailure)!.arn } },
    });
  }
}

function buildStateMachines(plan: Blueprint): void {
  for (const machine of plan.stateMachines) {
    const role = buildRole(plan, machine.short, "states.amazonaws.com", machine.statements);
    // Raw, since SST's own builder cannot write loops, and a release protocol is one.
    new aws.sfn.StateMachine(pascal(machine.short), {
      name: machine.name,
      type: "STANDARD",
      roleArn: role.arn,
      definition: JSON.stringify(machine.definition),
      tracingConfiguration: { enabled: true },
    });
  }
}

function buildProjects(plan: Blueprint, dependsOn: $util.Resource[]): void {
  for (const one of plan.projects) {
    const role = buildRole(plan, one.short, "codebuild.amazonaws.com", one.statements);
    // Raw, since SST has no component for it.
    new aws.codebuild.Project(
      pascal(one.name),
      {
        name: one.name,
        description: one.description,
        serviceRole: role.arn,
        source: { type: "S3", location: one.sourceLocation, buildspec: one.buildspec },
        artifacts: { type: "NO_ARTIFACTS" },
        environment: { ...one.environment, privilegedMode: true },
        buildTimeout: one.timeoutMinutes,
        logsConfig: {
          cloudwatchLogs: { status: "DISABLED" },
          // Disabled is CodeBuild's own encryption, by a KMS key; the bucket's remains.
          s3Logs: { status: "ENABLED", location: one.logLocation, encryptionDisabled: true },
        },
      },
      { dependsOn },
    );
  }
}

function buildRules(plan: Blueprint, functions: Map<string, sst.aws.Function>): void {
  for (const rule of plan.rules) {
    const name = pascal(rule.name);
    const target = functions.get(rule.target)!;
    const made = new aws.cloudwatch.EventRule(name, {
      name: rule.name,
      eventPattern: JSON.stringify(rule.pattern),
    });
    new aws.cloudwatch.EventTarget(`${name}Target`, { rule: made.name, arn: target.arn });
    new aws.lambda.Permission(`${name}Permission`, {
      function: target.name,
      action: "lambda:InvokeFunction",
      principal: "events.amazonaws.com",
      sourceArn: made.arn,
    });
  }
}

function buildSchedules(plan: Blueprint): void {
  for (const one of plan.schedules) {
    const role = buildRole(plan, "schedule", "scheduler.amazonaws.com", one.statements);
    new aws.scheduler.Schedule(pascal(one.name), {
      name: one.name,
      scheduleExpression: one.expression,
      flexibleTimeWindow: { mode: "OFF" },
      target: { arn: plan.names.functionArn(one.target), roleArn: role.arn, input: "{}" },
    });
  }
}

function buildRole(plan: Blueprint, short: string, service: string, statements: Statement[]) {
  const name = `${pascal(short)}Role`;
  const role = new aws.iam.Role(name, { name: plan.names.roleName(short), assumeRolePolicy: trust(service) });
  if (statements.length > 0)
    new aws.iam.RolePolicy(`${name}Policy`, { role: role.name, policy: policy(statements) });
  return role;
}

function permission({ actions, resources, conditions = {} }: Statement) {
  return {
    actions,
    resources,
    conditions: Object.entries(conditions).flatMap(([test, wanted]) =>
      Object.entries(wanted).map(([variable, value]) => ({ test, variable, values: [value] })),
    ),
  };
}

function policy(statements: Statement[]): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: statements.map((one) => ({
      Effect: "Allow",
      Action: one.actions,
      Resource: one.resources,
      Condition: one.conditions,
    })),
  });
}

function trust(service: string): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }],
  });
}

function pascal(name: string): string {
  return name
    .split("-")
    .map((word) => word[0]!.toUpperCase() + word.slice(1))
    .join("");
}
