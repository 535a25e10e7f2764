// CodeBuild projects: made, or given the settings of this blueprint.
import {
  CodeBuildClient,
  CreateProjectCommand,
  type CreateProjectCommandInput,
  UpdateProjectCommand,
} from "@aws-sdk/client-codebuild";
import type { Blueprint } from "#infra/blueprint.ts";
import type { AwsAccess } from "./access.ts";
import { ignoring } from "./ignoring.ts";

export async function deployProjects(plan: Blueprint, access: AwsAccess): Promise<void> {
  const codebuild = new CodeBuildClient(access);
  await Promise.all(plan.projects.map((one) => deployProject(codebuild, plan, one)));
}

async function deployProject(
  codebuild: CodeBuildClient,
  plan: Blueprint,
  one: Blueprint["projects"][number],
): Promise<void> {
  const project: CreateProjectCommandInput = {
    name: one.name,
    description: one.description,
    serviceRole: plan.names.roleArn(one.short),
    source: { type: "S3", location: one.sourceLocation, buildspec: one.buildspec },
    artifacts: { type: "NO_ARTIFACTS" },
    environment: { ...one.environment, privilegedMode: true },
    timeoutInMinutes: one.timeoutMinutes,
    logsConfig: {
      cloudWatchLogs: { status: "DISABLED" },
      // Disabled is CodeBuild's own encryption, by a KMS key; the bucket's remains.
      s3Logs: { status: "ENABLED", location: one.logLocation, encryptionDisabled: true },
    },
  };
  const created = await ignoring(
    "ResourceAlreadyExistsException",
    codebuild.send(new CreateProjectCommand(project)),
  );
  if (!created) await codebuild.send(new UpdateProjectCommand(project));
}
