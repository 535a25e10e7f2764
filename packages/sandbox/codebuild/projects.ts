// Projects: created, changed, answered, deleted.
import type * as codebuild from "@aws-sdk/client-codebuild";
import type { Documents } from "../ground/documents.ts";
import { AwsError, type Handler, type Platform } from "../platform.ts";
import {
  checkArtifacts,
  checkEnvironment,
  checkLogs,
  checkMembers,
  checkMinutes,
  checkSource,
} from "./checks.ts";
import { arnOf, invalid, notFound, type Project } from "./model.ts";

const MEMBERS =
  "name description source artifacts environment serviceRole timeoutInMinutes queuedTimeoutInMinutes logsConfig tags".split(
    " ",
  );

export function projectHandlers(platform: Platform, projects: Documents<Project>): Record<string, Handler> {
  return {
    CreateProject(input: codebuild.CreateProjectInput) {
      const name = input.name ?? "";
      if (!/^[A-Za-z0-9][\w-]{1,149}$/.test(name)) throw invalid(`Invalid project name: ${name}`);
      if (projects.get(name))
        throw new AwsError(
          "ResourceAlreadyExistsException",
          `Project already exists: ${arnOf(platform, "project", name)}`,
        );
      const created = platform.now();
      const empty = { name, arn: arnOf(platform, "project", name), created, lastBuildNumber: 0 };
      const project = changed(empty, input, platform.now());
      projects.set(name, project);
      return { project: describe(project) };
    },
    UpdateProject(input: codebuild.UpdateProjectInput) {
      const found = findProject(projects, input.name);
      const project = changed(found, input, platform.now());
      projects.set(project.name, project);
      return { project: describe(project) };
    },
    DeleteProject({ name = "" }: codebuild.DeleteProjectInput) {
      projects.delete(name);
    },
    BatchGetProjects({ names = [] }: codebuild.BatchGetProjectsInput) {
      const found = names.map((name) => projects.get(nameOf(name)));
      return {
        projects: found.filter((project) => project !== undefined).map(describe),
        projectsNotFound: names.filter((_, index) => !found[index]),
      };
    },
    ListProjects: () => ({ projects: projects.list().map(({ name }) => name) }),
  };
}

export function findProject(projects: Documents<Project>, name = ""): Project {
  const project = projects.get(nameOf(name));
  if (project) return project;
  throw notFound(`Project cannot be found: ${name}`);
}

/** Names and ARNs are taken alike. */
function nameOf(name: string): string {
  return name.replace(/^arn:aws:codebuild:[^:]*:[^:]*:project\//, "");
}

type Kept = Pick<Project, "name" | "arn" | "created" | "lastBuildNumber"> & Partial<Project>;

function changed(project: Kept, input: codebuild.UpdateProjectInput, now: number): Project {
  checkMembers(input, MEMBERS);
  const serviceRole = input.serviceRole ?? project.serviceRole;
  if (!serviceRole?.startsWith("arn:aws:iam::")) throw invalid("Invalid service role: an ARN is required");
  return {
    ...project,
    description: input.description ?? project.description,
    source: checkSource(input.source ?? project.source),
    artifacts: checkArtifacts(input.artifacts ?? project.artifacts),
    environment: checkEnvironment(input.environment ?? project.environment),
    serviceRole,
    timeoutInMinutes: checkMinutes(
      "timeoutInMinutes",
      input.timeoutInMinutes,
      project.timeoutInMinutes ?? 60,
    ),
    queuedTimeoutInMinutes: checkMinutes(
      "queuedTimeoutInMinutes",
      input.queuedTimeoutInMinutes,
      project.queuedTimeoutInMinutes ?? 480,
    ),
    logsConfig: checkLogs(input.logsConfig ?? project.logsConfig),
    tags: input.tags ?? project.tags ?? [],
    lastModified: now,
  };
}

function describe({ created, lastModified, lastBuildNumber: _own, ...project }: Project) {
  return { ...project, created: new Date(created), lastModified: new Date(lastModified) };
}
