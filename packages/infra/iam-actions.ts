// Which IAM actions a call of the SDK takes. Most take the one of their own name; the table has those that do not, or that take more.
// Its sources are the Service Authorization Reference of each service, and the pages named beside a line.

/** The prefix of a client's actions, where it is not the client's own name. */
const PREFIXES: Record<string, string> = {
  "application-auto-scaling": "application-autoscaling",
  "auto-scaling": "autoscaling",
  "elastic-load-balancing-v2": "elasticloadbalancing",
  efs: "elasticfilesystem",
  eventbridge: "events",
  "secrets-manager": "secretsmanager",
  sfn: "states",
};

const NETWORKING = [
  "ec2:DescribeVpcs",
  "ec2:DescribeSubnets",
  "ec2:DescribeSecurityGroups",
  "elasticfilesystem:DescribeMountTargets",
];

/** By `client operation`. A call that is not here takes `prefix:Operation`. */
const ACTIONS: Record<string, string[]> = {
  // S3 API reference, HeadObject, "Permissions": the object's own, and the list's for 404 in place of 403.
  "s3 HeadObject": ["s3:GetObject", "s3:ListBucket"],
  "lambda Invoke": ["lambda:InvokeFunction"],
  // Lambda developer guide, "Identity-based IAM policies": the role is handed over; tags that come with it are TagResource.
  // Who puts it into a network or lets it mount a file system looks at both ("Giving Lambda functions access to resources in an
  // Amazon VPC", "Configuring file system access").
  "lambda CreateFunction": ["lambda:CreateFunction", "lambda:TagResource", "iam:PassRole", ...NETWORKING],
  "lambda UpdateFunctionConfiguration": ["lambda:UpdateFunctionConfiguration", "iam:PassRole", ...NETWORKING],
  "efs CreateAccessPoint": ["elasticfilesystem:CreateAccessPoint", "elasticfilesystem:TagResource"],
  // ECS developer guide, "Grant permission to tag resources on creation".
  "ecs CreateService": ["ecs:CreateService", "ecs:TagResource"],
  "ecs RegisterTaskDefinition": ["ecs:RegisterTaskDefinition", "ecs:TagResource", "iam:PassRole"],
  // EC2 user guide, "Grant permission to tag Amazon EC2 resources during creation"; the instance profile's role is handed over.
  "ec2 RunInstances": ["ec2:RunInstances", "ec2:CreateTags", "iam:PassRole"],
  "ec2 CreateImage": ["ec2:CreateImage", "ec2:CreateTags"],
  "ec2 CreateVolume": ["ec2:CreateVolume", "ec2:CreateTags"],
  "ec2 CreateSnapshot": ["ec2:CreateSnapshot", "ec2:CreateTags"],
  "ec2 CreateLaunchTemplate": ["ec2:CreateLaunchTemplate", "ec2:CreateTags"],
  // Auto Scaling user guide, "Control the use of launch templates": whoever names a template must be allowed to launch from it.
  "auto-scaling CreateAutoScalingGroup": [
    "autoscaling:CreateAutoScalingGroup",
    "autoscaling:CreateOrUpdateTags",
    "ec2:RunInstances",
    "ec2:CreateTags",
    "iam:PassRole",
  ],
  "auto-scaling UpdateAutoScalingGroup": [
    "autoscaling:UpdateAutoScalingGroup",
    "ec2:RunInstances",
    "ec2:CreateTags",
    "iam:PassRole",
  ],
  // Application Auto Scaling user guide, "Permissions validation", and "Service-linked roles": the first target makes the role.
  "application-auto-scaling RegisterScalableTarget": [
    "application-autoscaling:RegisterScalableTarget",
    "iam:CreateServiceLinkedRole",
  ],
  "application-auto-scaling PutScalingPolicy": [
    "application-autoscaling:PutScalingPolicy",
    "cloudwatch:PutMetricAlarm",
  ],
  "application-auto-scaling DeregisterScalableTarget": [
    "application-autoscaling:DeregisterScalableTarget",
    "cloudwatch:DeleteAlarms",
  ],
  // Elastic Load Balancing user guide, "Grant permission to tag resources during creation".
  "elastic-load-balancing-v2 CreateTargetGroup": [
    "elasticloadbalancing:CreateTargetGroup",
    "elasticloadbalancing:AddTags",
  ],
  "elastic-load-balancing-v2 CreateListener": [
    "elasticloadbalancing:CreateListener",
    "elasticloadbalancing:AddTags",
  ],
  "elastic-load-balancing-v2 CreateRule": ["elasticloadbalancing:CreateRule", "elasticloadbalancing:AddTags"],
  // EventBridge Scheduler user guide, "Identity-based policies": the target's role is handed over.
  "scheduler CreateSchedule": ["scheduler:CreateSchedule", "iam:PassRole"],
  // Cloud Map developer guide, "Using identity-based policies": Route 53's records are written with the caller's rights.
  "servicediscovery RegisterInstance": [
    "servicediscovery:RegisterInstance",
    "route53:GetHostedZone",
    "route53:ListHostedZonesByName",
    "route53:ChangeResourceRecordSets",
  ],
  "servicediscovery DeregisterInstance": [
    "servicediscovery:DeregisterInstance",
    "route53:GetHostedZone",
    "route53:ListHostedZonesByName",
    "route53:ChangeResourceRecordSets",
  ],
  "servicediscovery CreateService": ["servicediscovery:CreateService", "servicediscovery:TagResource"],
  // ECR API reference, CreateRepository: tags that come with it are TagResource.
  "ecr CreateRepository": ["ecr:CreateRepository", "ecr:TagResource"],
};

/** Who registers something to be scaled must be allowed to change it: by the function that does. */
const SCALED: Record<string, string[]> = {
  "driver-container": ["ecs:DescribeServices", "ecs:UpdateService"],
  "driver-function": [
    "lambda:PutProvisionedConcurrencyConfig",
    "lambda:GetProvisionedConcurrencyConfig",
    "lambda:DeleteProvisionedConcurrencyConfig",
  ],
};

/** `call`: `client operation`, as in `s3 GetObject`, of the function with that short name. */
export function actionsOf(call: string, short: string): string[] {
  const [client, operation] = call.split(" ") as [string, string];
  const scaled = call === "application-auto-scaling RegisterScalableTarget" ? (SCALED[short] ?? []) : [];
  return [...(ACTIONS[call] ?? [`${PREFIXES[client] ?? client}:${operation}`]), ...scaled];
}
