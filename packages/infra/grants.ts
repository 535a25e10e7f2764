// What each function may do: exactly the calls it makes, narrowed to its own resources wherever the service allows
// it. Where a statement reaches further, it says why. Nothing here is a wildcard action.
import { balancer } from "./balancer-grants.ts";
import { naming, readingNamespaces } from "./cloud-map-grants.ts";
import { commandingHosts, commandingInstances, watchingCommands } from "./command-grants.ts";
import { conducting, startingHealing, startingTrains, table, telling } from "./conducting-grants.ts";
import { services } from "./container-grants.ts";
import { accessPoints, mounting } from "./file-grants.ts";
import type { Names } from "./names.ts";
import { readingRoles } from "./running-grants.ts";
import { scaling } from "./scaling-grants.ts";
import { findingSecrets, issuingIdentities, makingIdentities } from "./secret-grants.ts";
import type { Statement } from "./statement.ts";
import { baking, disks, groups, makingImages, templates } from "./vm-grants.ts";
import { alarms, answers, metrics } from "./watching-grants.ts";

type Grant = (names: Names) => Statement[];

export const grantsOf: Record<string, Grant> & { api: Grant } = {
  api: (names) => [
    ...table(names, "query", "list", "remove"),
    { actions: ["s3:PutObject"], resources: [`${names.bucketArn}/uploads/*`] },
    ...artifacts(names),
    ...telling404(names),
    { actions: ["lambda:InvokeFunction"], resources: names.driverArns },
    ...conducting(names),
    ...startingTrains(names),
    startingHealing(names),
    ...images(names),
    { actions: ["lambda:InvokeFunction"], resources: names.triggerArns },
    { actions: [...HOOK_SECRET_CALLS], resources: [names.hookSecretsArn] },
    ...schedules(names),
  ],
  "driver-server": (names) => [
    ...table(names, "query", "list", "remove"),
    ...conducting(names),
    ...artifacts(names),
    ...commandingHosts(names),
    watchingCommands("ssm:ListCommandInvocations", "ssm:DescribeInstanceInformation"),
    {
      actions: ["secretsmanager:GetSecretValue"],
      resources: [`arn:aws:secretsmanager:${names.region}:${names.account}:secret:*`],
      why: "An operator names the secret with the SSH key of a pool; its name is not the installation's.",
    },
    ...balancer(names, ["RegisterTargets", "DeregisterTargets"], { sides: false }),
    ...naming(names),
    ...findingSecrets(names),
    ...makingIdentities(names),
    ...alarms(),
    ...metrics(),
  ],
  "driver-function": (names) => [
    ...table(names, "query", "list", "remove"),
    ...conducting(names),
    ...artifacts(names),
    { actions: [...FUNCTION_CALLS], resources: [names.appFunctionsArn] },
    ...scaling(names, "lambda"),
    // By name: whoever may say which role functions get could else have them run as one of Tutti's own.
    {
      actions: ["iam:PassRole"],
      resources: [names.roleArn("app-*")],
      conditions: { StringEquals: { "iam:PassedToService": "lambda.amazonaws.com" } },
    },
    ...mounting(names),
    readingRoles(names.account),
    ...findingSecrets(names),
    ...issuingIdentities(names),
    ...alarms(),
    ...metrics(),
    ...answers(),
  ],
  "driver-vm": (names) => [
    ...table(names, "query", "list", "remove"),
    ...conducting(names),
    ...groups(names),
    ...templates(names),
    ...disks(names),
    ...commandingInstances(names),
    watchingCommands("ssm:ListCommandInvocations"),
    ...makingImages(names),
    ...balancer(names, ["RegisterTargets", "DeregisterTargets"], { sides: true }),
    ...naming(names),
    ...findingSecrets(names),
    ...issuingIdentities(names),
    ...alarms(),
    ...metrics(),
  ],
  image: (names) => [...artifacts(names), ...baking(names)],
  "driver-container": (names) => [
    ...table(names, "query", "list", "remove"),
    ...conducting(names),
    ...services(names),
    ...accessPoints(names),
    ...scaling(names, "ecs"),
    ...balancer(names, [], { sides: true }),
    readingNamespaces(names),
    ...findingSecrets(names),
    ...issuingIdentities(names),
    ...alarms(),
    ...metrics(),
  ],
  train: (names) => [...table(names, "list"), ...conducting(names)],
  hooks: (names) => [
    ...table(names),
    telling(names),
    { actions: ["lambda:InvokeFunction"], resources: [names.hookFunctionsArn] },
    { actions: ["secretsmanager:GetSecretValue"], resources: [names.hookSecretsArn] },
  ],
  "events-artifact": (names) => [
    ...table(names, "query", "remove"),
    ...conducting(names),
    { actions: ["s3:GetObject"], resources: [`${names.bucketArn}/releases/*`] },
    ...telling404(names),
    ...tellingFailures(names),
  ],
  "events-image": (names) => [
    ...table(names, "query", "remove"),
    ...conducting(names),
    { actions: ["ecr:DescribeImages", ...HOLDING_IMAGES], resources: [names.imageRepositoriesArn] },
    ...tellingFailures(names),
  ],
  "events-deploy": (names) => [
    ...table(names, "query", "list", "remove"),
    ...conducting(names),
    ...tellingFailures(names),
  ],
  "events-schedule": (names) => [
    ...table(names, "query", "list", "remove"),
    ...conducting(names),
    ...tellingFailures(names),
  ],
  "events-notify": (names) => [
    { actions: ["dynamodb:GetItem", "dynamodb:PutItem"], resources: [names.tableArn] },
    { actions: ["secretsmanager:GetSecretValue"], resources: [names.notificationSecretsArn] },
    ...tellingFailures(names),
  ],
  "events-dead-letter": (names) => [{ actions: ["dynamodb:PutItem"], resources: [names.tableArn] }],
  "events-sweep": (names) => [
    ...table(names, "query", "list", "remove"),
    ...conducting(names),
    ...startingTrains(names),
    startingHealing(names),
    // Whether one still runs: nobody else asks.
    {
      actions: ["states:DescribeExecution"],
      resources: [names.rolloutExecutionsArn, names.trainExecutionsArn, names.healExecutionsArn],
    },
    {
      actions: ["lambda:InvokeFunction"],
      resources: [...names.driverArns, names.functionArn("events-notify")],
    },
    ...schedules(names),
  ],
};

/** Keeping on EventBridge Scheduler what manifests say. */
function schedules(names: Names): Statement[] {
  return [
    { actions: ["scheduler:CreateSchedule", "scheduler:DeleteSchedule"], resources: [names.schedulesArn] },
    {
      actions: ["scheduler:ListSchedules"],
      resources: ["*"],
      why: "It has no resource level (Service Authorization Reference, EventBridge Scheduler).",
    },
    {
      actions: ["iam:PassRole"],
      resources: [names.roleArn("app-schedule")],
      conditions: { StringEquals: { "iam:PassedToService": "scheduler.amazonaws.com" } },
    },
  ];
}

const HOOK_SECRET_CALLS = [
  "secretsmanager:GetSecretValue",
  "secretsmanager:PutSecretValue",
  "secretsmanager:CreateSecret",
  "secretsmanager:DeleteSecret",
  "secretsmanager:RestoreSecret",
] as const;

const FUNCTION_CALLS = [
  "lambda:CreateFunction",
  "lambda:GetFunction",
  "lambda:GetFunctionConfiguration",
  "lambda:UpdateFunctionCode",
  "lambda:UpdateFunctionConfiguration",
  "lambda:PublishVersion",
  "lambda:ListVersionsByFunction",
  "lambda:CreateAlias",
  "lambda:UpdateAlias",
  "lambda:GetAlias",
  "lambda:DeleteFunction",
  "lambda:CreateFunctionUrlConfig",
  "lambda:GetFunctionUrlConfig",
  "lambda:DeleteFunctionUrlConfig",
  "lambda:AddPermission",
  "lambda:TagResource",
  "lambda:InvokeFunction",
  "lambda:PutFunctionConcurrency",
  "lambda:GetFunctionConcurrency",
  "lambda:DeleteFunctionConcurrency",
  "lambda:PutProvisionedConcurrencyConfig",
  "lambda:GetProvisionedConcurrencyConfig",
  "lambda:DeleteProvisionedConcurrencyConfig",
  "lambda:ListProvisionedConcurrencyConfigs",
] as const;

function artifacts(names: Names): Statement[] {
  return [
    {
      actions: ["s3:GetObject"],
      resources: [`${names.bucketArn}/uploads/*`, `${names.bucketArn}/releases/*`],
    },
  ];
}

/** A release tags its image, so that the repository's rules leave it alone. */
const HOLDING_IMAGES = ["ecr:BatchGetImage", "ecr:PutImage"] as const;

/** Making an app's repository, building into it, reading how the build went, stopping it where the app goes, and looking up what a release names. */
function images(names: Names): Statement[] {
  return [
    {
      actions: ["CreateRepository", "TagResource", "PutLifecyclePolicy", "BatchDeleteImage"].map(
        (call) => `ecr:${call}`,
      ),
      resources: [names.imageRepositoriesArn],
    },
    { actions: [...HOLDING_IMAGES], resources: [names.imageRepositoriesArn] },
    {
      actions: ["StartBuild", "BatchGetBuilds", "ListBuildsForProject", "StopBuild"].map(
        (call) => `codebuild:${call}`,
      ),
      resources: [names.imageProjectArn],
    },
    { actions: ["s3:GetObject"], resources: [`${names.bucketArn}/image-builds/*`] },
    {
      actions: ["ecr:DescribeImages"],
      resources: [names.anyRepositoryArn],
      why: "A release may name an image that something else pushed into this account.",
    },
  ];
}

/** Lambda calls the destination as the function's own role. */
function tellingFailures(names: Names): Statement[] {
  return [{ actions: ["lambda:InvokeFunction"], resources: [names.functionArn("events-dead-letter")] }];
}

/** Without it S3 answers 403 for an object that is not there (S3 API Reference, HeadObject, Permissions). */
function telling404(names: Names): Statement[] {
  return [{ actions: ["s3:ListBucket"], resources: [names.bucketArn] }];
}
