// CodeBuild projects, raw: SST has no component for them.
import type { Blueprint } from "../blueprint.ts";
import { logicalName } from "./logical-name.ts";
import type { BuiltRoles } from "./roles.ts";

export function buildProjects(plan: Blueprint, roles: BuiltRoles, storage: $util.Resource[]): void {
  for (const one of plan.projects) {
    const { arn, ready } = roles.get(one.short)!;
    new aws.codebuild.Project(
      logicalName(one.short),
      {
        name: one.name,
        description: one.description,
        serviceRole: arn,
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
      { dependsOn: [...storage, ...ready] },
    );
  }
}
