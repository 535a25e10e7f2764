// What containers need: services and task definitions are named as the installation is; clusters and what runs in them are not.
import type { Names } from "./names.ts";
import { readingRoles } from "./running-grants.ts";
import type { Statement } from "./statement.ts";

/** What Tutti makes on ECS is named as users' functions are; clusters and what runs in them are the environments'. */
export function services({ account, region, appFunctionPrefix }: Names): Statement[] {
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
    {
      actions: ["ecs:ListTaskDefinitions", "ecs:DescribeTaskDefinition", "ecs:DeregisterTaskDefinition"],
      resources: ["*"],
      why: "They know no resources (Service Authorization Reference, Elastic Container Service).",
    },
    {
      actions: ["ecs:ListTasks"],
      resources: ["*"],
      why: "It knows container instances only (Service Authorization Reference, Elastic Container Service).",
    },
    {
      actions: ["ecs:DescribeTasks"],
      resources: [arn("task/*")],
      why: "A task's ARN has a random id and says nothing of whose it is.",
    },
    {
      actions: ["ecs:StopTask"],
      resources: [arn("task/*")],
      // Tasks carry the tags of their task definition.
      conditions: { StringLike: { "aws:ResourceTag/tutti:app": "*" } },
    },
    readingRoles(account),
    {
      actions: ["ecs:DescribeClusters", "ecs:ListContainerInstances"],
      resources: [arn("cluster/*")],
      why: "An operator names the cluster in the environment.",
    },
    {
      actions: ["ecs:DescribeContainerInstances"],
      resources: [arn("container-instance/*")],
      why: "They belong to the cluster that an operator names in the environment.",
    },
    {
      actions: ["iam:PassRole"],
      resources: [`arn:aws:iam::${account}:role/*`],
      conditions: { StringEquals: { "iam:PassedToService": "ecs-tasks.amazonaws.com" } },
      why: "An operator names the roles of tasks in the environment; nothing but a task may get them.",
    },
    {
      actions: ["iam:PassRole"],
      resources: [`arn:aws:iam::${account}:role/*`],
      conditions: { StringEquals: { "iam:PassedToService": "ecs.amazonaws.com" } },
      why: "An operator names the role in the environment with which ECS makes disks of tasks; nothing but ECS may get it.",
    },
    {
      actions: ["ecr:GetLifecyclePolicy"],
      resources: [`arn:aws:ecr:${region}:${account}:repository/*`],
      why: "A release may name an image that something else pushed into this account.",
    },
  ];
}
