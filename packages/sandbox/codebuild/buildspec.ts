// Reads a buildspec, version 0.2: variables, exported variables and four phases of commands. What is not implemented is
// refused by its name. Reference: "Build specification reference for CodeBuild".
import { parse } from "yaml";

export type PhaseName = "install" | "pre_build" | "build" | "post_build";

export type PhaseSpec = {
  commands: string[];
  finally: string[];
  onFailure: "ABORT" | "CONTINUE" | undefined;
};

export type Buildspec = {
  variables: Record<string, string>;
  exported: string[];
  phases: Partial<Record<PhaseName, PhaseSpec>>;
};

export const PHASES: PhaseName[] = ["install", "pre_build", "build", "post_build"];

type Found = Record<string, unknown>;

/** Throws a sentence. */
export function parseBuildspec(text: string): Buildspec {
  const document = objectOf("buildspec", parse(text));
  if (String(document.version) !== "0.2") throw new Error("version: this sandbox knows 0.2");
  only("", document, ["version", "env", "phases"]);
  const env = objectOf("env", document.env ?? {});
  only("env.", env, ["variables", "exported-variables", "shell"]);
  if (env.shell !== undefined && env.shell !== "sh" && env.shell !== "bash")
    throw new Error("env.shell: this sandbox knows sh and bash");
  const phases = objectOf("phases", document.phases);
  only("phases.", phases, PHASES);
  const variables = objectOf("env.variables", env.variables ?? {});
  return {
    variables: Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, String(value)])),
    exported: strings("env.exported-variables", env["exported-variables"] ?? []),
    phases: Object.fromEntries(
      Object.entries(phases).map(([name, phase]) => [name, phaseOf(`phases.${name}`, objectOf(name, phase))]),
    ),
  };
}

function phaseOf(path: string, phase: Found): PhaseSpec {
  only(`${path}.`, phase, ["commands", "finally", "on-failure", "runtime-versions"]);
  const onFailure = phase["on-failure"];
  if (onFailure !== undefined && onFailure !== "ABORT" && onFailure !== "CONTINUE")
    throw new Error(`${path}.on-failure: this sandbox knows ABORT and CONTINUE`);
  checkRuntimes(path, phase["runtime-versions"]);
  return {
    commands: strings(`${path}.commands`, phase.commands ?? []),
    finally: strings(`${path}.finally`, phase.finally ?? []),
    onFailure,
  };
}

/** The Node of this machine is there, whatever version is asked for. */
function checkRuntimes(path: string, runtimes: unknown): void {
  const other = Object.keys((runtimes as object | undefined) ?? {}).find((name) => name !== "nodejs");
  if (other) throw new Error(`${path}.runtime-versions.${other} is not available in this sandbox: nodejs`);
}

function objectOf(path: string, found: unknown): Found {
  if (found && typeof found === "object" && !Array.isArray(found)) return found as Found;
  throw new Error(`${path}: must be a mapping`);
}

function strings(path: string, found: unknown): string[] {
  const list = typeof found === "string" ? [found] : found;
  if (Array.isArray(list) && list.every((one) => typeof one === "string")) return list;
  throw new Error(`${path}: must be a list of strings`);
}

function only(prefix: string, found: Found, known: string[]): void {
  const other = Object.keys(found).find((name) => !known.includes(name));
  if (other) throw new Error(`${prefix}${other} is not available in this sandbox: ${known.join(", ")}`);
}
