// CodeBuild of the sandbox: the one entry of this folder.
import { join } from "node:path";
import * as codebuild from "@aws-sdk/client-codebuild";
import { openDocuments } from "../ground/documents.ts";
import type { Platform, Service } from "../platform.ts";
import { buildHandlers } from "./build-handlers.ts";
import { openBuilds } from "./builds.ts";
import { arnOf, type Project } from "./model.ts";
import { projectHandlers } from "./projects.ts";

/** `registryUrl`: where a build tries its sign-in to the registry. */
export function createCodeBuild(platform: Platform, registryUrl: string): Service {
  const projects = openDocuments<Project>(join(platform.directory, "codebuild", "projects"));
  const builds = openBuilds(platform, registryUrl);
  return {
    name: "codebuild",
    module: codebuild,
    Client: codebuild.CodeBuildClient,
    handlers: { ...projectHandlers(platform, projects), ...buildHandlers(platform, projects, builds) },
    iamResources: iamResources(platform),
    iamAlso: { CreateProject: passRole, UpdateProject: passRole },
    async start() {
      builds.resume();
    },
    stop: () => builds.stop(),
  };
}

/** Service Authorization Reference, CodeBuild: builds are allowed on their project; ListProjects has no resource. */
function iamResources(platform: Platform): Service["iamResources"] {
  const project = (name = "*") => arnOf(platform, "project", name.replace(/^arn:.*:(project|build)\//, ""));
  const ofBuild = (id = "*") => project(id.replace(/^arn:.*:build\//, "").split(":")[0]);
  return {
    CreateProject: ({ name }: codebuild.CreateProjectInput) => [project(name)],
    UpdateProject: ({ name }: codebuild.UpdateProjectInput) => [project(name)],
    DeleteProject: ({ name }: codebuild.DeleteProjectInput) => [project(name)],
    BatchGetProjects: ({ names = [] }: codebuild.BatchGetProjectsInput) => names.map(project),
    StartBuild: ({ projectName }: codebuild.StartBuildInput) => [project(projectName)],
    ListBuildsForProject: ({ projectName }: codebuild.ListBuildsForProjectInput) => [project(projectName)],
    BatchGetBuilds: ({ ids = [] }: codebuild.BatchGetBuildsInput) => ids.map(ofBuild),
    StopBuild: ({ id }: codebuild.StopBuildInput) => [ofBuild(id)],
  };
}

function passRole({ serviceRole }: { serviceRole?: string }) {
  return serviceRole ? [{ action: "iam:PassRole", resource: serviceRole }] : [];
}
