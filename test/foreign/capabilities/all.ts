// Everything that the judges are asked for, by service.
import { CLOUDWATCH } from "./alarms.ts";
import { LOAD_BALANCER } from "./balancer.ts";
import { CODE_BUILD } from "./code-build.ts";
import { ECR, ECS } from "./containers.ts";
import { LAMBDA } from "./lambda.ts";
import { AUTO_SCALING, EC2 } from "./machines.ts";
import type { Probes } from "./probe.ts";
import { APPLICATION_AUTO_SCALING } from "./scaling.ts";
import { DYNAMODB, IAM, S3, SCHEDULER } from "./services.ts";
import { STEP_FUNCTIONS } from "./step-functions.ts";
import { SECRETS_MANAGER, SYSTEMS_MANAGER } from "./systems-manager.ts";

export const CAPABILITIES: Record<string, Probes> = {
  "Application Auto Scaling": APPLICATION_AUTO_SCALING,
  "Auto Scaling": AUTO_SCALING,
  CloudWatch: CLOUDWATCH,
  CodeBuild: CODE_BUILD,
  DynamoDB: DYNAMODB,
  EC2,
  ECR,
  ECS,
  IAM,
  Lambda: LAMBDA,
  "Load balancer": LOAD_BALANCER,
  S3,
  Scheduler: SCHEDULER,
  "Secrets Manager": SECRETS_MANAGER,
  "Step Functions": STEP_FUNCTIONS,
  "Systems Manager": SYSTEMS_MANAGER,
};
