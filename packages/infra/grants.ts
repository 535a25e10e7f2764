// What each function may do: exactly the calls it makes, narrowed to its own resources wherever the service allows
// it. Where a statement says "*", the line above says why. Nothing here is a wildcard action.
import type { Names } from "./names.ts";
import type { Statement } from "./statement.ts";
import { baking, commands, groups, makingImages, templates } from "./vm-grants.ts";

type Grant = (names: Names) => Statement[];

export const grantsOf: Record<string, Grant> & { api: Grant } = {
  api: (names) => [
    ...table(names),
    { actions: ["s3:PutObject"], resources: [`${names.bucketArn}/uploads/*`] },
    ...artifacts(names),
    ...telling404(names),
    { actions: ["lambda:InvokeFunction"], resources: names.driverArns },
    ...conducting(names),
    ...images(names),
    { actions: ["lambda:InvokeFunction"], resources: names.triggerArns },
    { actions: [...HOOK_SECRET_CALLS], resources: [names.hookSecretsArn] },
  ],
  "driver-server": (names) => [
    ...table(names),
    ...conducting(names),
    ...artifacts(names),
    // Run Command takes the document and the host as resources; hosts are chosen by the environment's tags.
    { actions: ["ssm:SendCommand"], resources: ["*"] },
    // These describe calls have no resource level (Service Authorization Reference, Systems Manager).
    {
      actions: [
        "ssm:ListCommandInvocations",
        "ssm:GetCommandInvocation",
        "ssm:CancelCommand",
        "ssm:DescribeInstanceInformation",
      ],
      resources: ["*"],
    },
    { actions: ["secretsmanager:GetSecretValue"], resources: ["*"] },
    ...balancer(),
    ...alarms(),
  ],
  "driver-function": (names) => [
    ...table(names),
    ...conducting(names),
    ...artifacts(names),
    { actions: [...FUNCTION_CALLS], resources: [names.appFunctionsArn] },
    { actions: ["iam:PassRole"], resources: [names.roleArn("app-function")] },
    ...alarms(),
  ],
  "driver-vm": (names) => [
    ...table(names),
    ...conducting(names),
    ...groups(names),
    ...templates(names),
    ...commands(),
    ...makingImages(names),
    ...balancer(),
    ...alarms(),
  ],
  image: (names) => [...artifacts(names), ...baking(names)],
  "driver-container": (names) => [
    ...table(names),
    ...conducting(names),
    ...services(names),
    ...balancer(),
    ...alarms(),
  ],
  hooks: (names) => [
    ...table(names),
    { actions: ["lambda:InvokeFunction"], resources: [names.hookFunctionsArn] },
    { actions: ["secretsmanager:GetSecretValue"], resources: [names.hookSecretsArn] },
  ],
  "events-artifact": (names) => [
    ...table(names),
    ...conducting(names),
    { actions: ["s3:GetObject"], resources: [`${names.bucketArn}/releases/*`] },
    ...telling404(names),
    ...tellingFailures(names),
  ],
  "events-image": (names) => [
    ...table(names),
    ...conducting(names),
    { actions: ["ecr:DescribeImages"], resources: [names.imageRepositoriesArn] },
    ...tellingFailures(names),
  ],
  "events-deploy": (names) => [...table(names), ...conducting(names), ...tellingFailures(names)],
  "events-dead-letter": (names) => [{ actions: ["dynamodb:PutItem"], resources: [names.tableArn] }],
  "events-sweep": (names) => [
    ...table(names),
    ...conducting(names),
    { actions: ["lambda:InvokeFunction"], resources: names.driverArns },
  ],
};

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
] as const;

/** What Tutti makes on ECS is named as users' functions are; clusters and what runs in them are the environments'. */
function services({ account, region, appFunctionPrefix }: Names): Statement[] {
  const arn = (resource: string) => `arn:aws:ecs:${region}:${account}:${resource}`;
  return [
    {
      actions: [
        "ecs:CreateService",
        "ecs:UpdateService",
        "ecs:DeleteService",
        "ecs:DescribeServices",
        "ecs:TagResource",
      ],
      resources: [arn(`service/*/${appFunctionPrefix}*`)],
    },
    {
      actions: ["ecs:RegisterTaskDefinition", "ecs:TagResource"],
      resources: [arn(`task-definition/${appFunctionPrefix}*:*`)],
    },
    // These have no resource level (Service Authorization Reference, Elastic Container Service).
    {
      actions: ["ecs:ListTaskDefinitions", "ecs:DescribeTaskDefinition", "ecs:DeregisterTaskDefinition"],
      resources: ["*"],
    },
    // ListTasks knows container instances only, and a task's ARN does not say whose it is.
    { actions: ["ecs:ListTasks"], resources: ["*"] },
    { actions: ["ecs:DescribeTasks", "ecs:StopTask"], resources: [arn("task/*")] },
    { actions: ["ecs:ListContainerInstances"], resources: [arn("cluster/*")] },
    { actions: ["ecs:DescribeContainerInstances"], resources: [arn("container-instance/*")] },
    // An operator names an environment's roles; nothing but a task may get them.
    {
      actions: ["iam:PassRole"],
      resources: [`arn:aws:iam::${account}:role/*`],
      conditions: { StringEquals: { "iam:PassedToService": "ecs-tasks.amazonaws.com" } },
    },
    { actions: ["ecr:GetLifecyclePolicy"], resources: [`arn:aws:ecr:${region}:${account}:repository/*`] },
  ];
}

function table(names: Names): Statement[] {
  return [
    {
      actions: [
        "dynamodb:GetItem",
        "dynamodb:PutItem",
        "dynamodb:UpdateItem",
        "dynamodb:DeleteItem",
        "dynamodb:Query",
        "dynamodb:BatchWriteItem",
        "dynamodb:BatchGetItem",
      ],
      resources: [names.tableArn, `${names.tableArn}/index/*`],
    },
  ];
}

/** Starting the next deployment in the queue, waking one that waits, and asking whether one still runs. */
function conducting(names: Names): Statement[] {
  return [
    { actions: ["states:StartExecution", "states:SendTaskSuccess"], resources: [names.rolloutArn] },
    { actions: ["states:DescribeExecution"], resources: [names.rolloutExecutionsArn] },
  ];
}

function artifacts(names: Names): Statement[] {
  return [
    {
      actions: ["s3:GetObject"],
      resources: [`${names.bucketArn}/uploads/*`, `${names.bucketArn}/releases/*`],
    },
  ];
}

/** Making an app's repository, building into it, reading how the build went, and looking up what a release names. */
function images(names: Names): Statement[] {
  return [
    { actions: ["ecr:CreateRepository", "ecr:TagResource"], resources: [names.imageRepositoriesArn] },
    { actions: ["codebuild:StartBuild", "codebuild:BatchGetBuilds"], resources: [names.imageProjectArn] },
    { actions: ["s3:GetObject"], resources: [`${names.bucketArn}/image-builds/*`] },
    // A release may name an image that something else pushed into this account.
    { actions: ["ecr:DescribeImages"], resources: [names.anyRepositoryArn] },
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

/** On every one: "*" is what composite alarms take (CloudWatch API Reference, DescribeAlarms), and alarms are named by manifests, not by Tutti. */
function alarms(): Statement[] {
  return [{ actions: ["cloudwatch:DescribeAlarms"], resources: ["*"] }];
}

function balancer(): Statement[] {
  const call = (name: string) => `elasticloadbalancing:${name}`;
  return [
    // Describe calls of Elastic Load Balancing have no resource level (Service Authorization Reference).
    {
      actions: [
        "DescribeLoadBalancers",
        "DescribeTargetGroups",
        "DescribeTargetGroupAttributes",
        "DescribeTargetHealth",
        "DescribeListeners",
        "DescribeTags",
      ].map(call),
      resources: ["*"],
    },
    {
      actions: [
        "CreateTargetGroup",
        "ModifyTargetGroup",
        "ModifyTargetGroupAttributes",
        "DeleteTargetGroup",
        "RegisterTargets",
        "DeregisterTargets",
        "CreateListener",
        "ModifyListener",
        "DeleteListener",
        "AddTags",
      ].map(call),
      resources: ["arn:aws:elasticloadbalancing:*:*:*"],
    },
  ];
}
