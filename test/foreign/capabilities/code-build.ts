// CodeBuild, as far as the blueprint and the builds of images use it.
import {
  BatchGetProjectsCommand,
  CodeBuildClient,
  CreateProjectCommand,
  UpdateProjectCommand,
} from "@aws-sdk/client-codebuild";
import { fresh, type Probes, WORKS } from "./probe.ts";

const settings = (name: string) => ({
  name,
  source: { type: "S3" as const, location: "bucket/uploads/", buildspec: "version: 0.2\nphases: {}\n" },
  artifacts: { type: "NO_ARTIFACTS" as const },
  environment: {
    type: "LINUX_CONTAINER" as const,
    image: "aws/codebuild/amazonlinux-x86_64-standard:5.0",
    computeType: "BUILD_GENERAL1_SMALL" as const,
  },
  serviceRole: "arn:aws:iam::000000000000:role/builder",
});

export const CODE_BUILD: Probes = {
  "keeps a project": async () => {
    const codebuild = new CodeBuildClient({});
    const name = fresh();
    await codebuild.send(new CreateProjectCommand(settings(name)));
    const { projects } = await codebuild.send(new BatchGetProjectsCommand({ names: [name] }));
    return projects?.[0]?.source?.location === "bucket/uploads/" ? WORKS : "another one";
  },
  "changes a project": async () => {
    const codebuild = new CodeBuildClient({});
    const name = fresh();
    await codebuild.send(new CreateProjectCommand(settings(name)));
    await codebuild.send(new UpdateProjectCommand({ name, timeoutInMinutes: 7 }));
    const { projects } = await codebuild.send(new BatchGetProjectsCommand({ names: [name] }));
    return projects?.[0]?.timeoutInMinutes === 7 ? WORKS : "stays as it was";
  },
};
