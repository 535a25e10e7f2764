// Launch templates and their versions: who is meant by an id, a name, a number, $Default or $Latest.
import { AwsError } from "../platform.ts";
import type { TemplateRecord, TemplateVersion } from "./model.ts";
import { isId, type State } from "./state.ts";

export function findTemplate(state: State, id: string | undefined, name: string | undefined): TemplateRecord {
  if (id && name)
    throw new AwsError(
      "InvalidParameterCombination",
      "A launch template is named by its ID or by its name, not by both.",
    );
  if (id) return byId(state, id);
  if (!name)
    throw new AwsError("MissingParameter", "Either launch template ID or launch template name is needed.");
  const template = byName(state, name);
  if (template) return template;
  throw new AwsError(
    "InvalidLaunchTemplateName.NotFoundException",
    `The specified launch template, with template name ${name}, does not exist.`,
  );
}

function byId(state: State, id: string): TemplateRecord {
  if (!isId("lt", id)) throw new AwsError("InvalidLaunchTemplateId.Malformed", `Invalid id: "${id}"`);
  const template = state.templates.get(id);
  if (template) return template;
  throw new AwsError(
    "InvalidLaunchTemplateId.NotFound",
    `The specified launch template, with template ID ${id}, does not exist.`,
  );
}

export function byName(state: State, name: string): TemplateRecord | undefined {
  return state.templates.list().find((template) => template.name === name);
}

/** By number, `$Latest` or `$Default`. */
export function findVersion(template: TemplateRecord, wanted: string): TemplateVersion {
  const number = numberOf(template, wanted);
  const version = template.versions.find((one) => one.number === number);
  if (version) return version;
  throw new AwsError(
    "InvalidLaunchTemplateId.VersionNotFound",
    `Could not find the specified version ${wanted} for the launch template with ID ${template.id}.`,
  );
}

function numberOf({ latestVersion, defaultVersion, versions }: TemplateRecord, wanted: string): number {
  // The latest that is left: the newest may have been deleted.
  if (wanted === "$Latest") return versions.at(-1)?.number ?? latestVersion;
  if (wanted === "$Default") return defaultVersion;
  if (/^\d{1,9}$/.test(wanted)) return Number(wanted);
  throw new AwsError(
    "InvalidParameterValue",
    `Launch template version '${wanted}' is neither a number nor $Latest nor $Default.`,
  );
}
