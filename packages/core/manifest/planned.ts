// Keys of the contract's page that are not built yet. With nothing in them they are fine (`alarms: []`); else they are
// refused by their path with `not_supported_yet`, never ignored. Whoever builds one moves it to the schema.
import { KINDS } from "../domain/kind.ts";
import { isRecord } from "./merge.ts";
import { join, type Problem } from "./problem.ts";

const PLANNED_SETTINGS = [
  "hooks",
  "resources",
  "scaling",
  "secrets",
  "connect",
  "volumes",
  "build",
  "vm",
  "container",
];
const PLANNED_ROLLOUT = ["alarms"];
const BUILT_KINDS = ["server", "function"];

/** Gives the document without them. What is no object is left for the schema to refuse. */
export function takePlanned(document: unknown): { rest: unknown; problems: Problem[] } {
  if (!isRecord(document)) return { rest: document, problems: [] };
  const problems: Problem[] = [];
  const rest = takeSettings(document, "", problems);
  const { kind, environments } = rest;
  if (isPlannedKind(kind)) {
    problems.push(planned("kind", `"${kind}" is not supported yet: ${BUILT_KINDS.join(" and ")} are`));
    problems.push(...plannedStrategies(rest));
  }
  if (isRecord(environments)) {
    const each = Object.entries(environments).map(([name, overlay]) => {
      const path = `environments.${name}`;
      return [name, isRecord(overlay) ? takeSettings(overlay, path, problems) : overlay];
    });
    rest.environments = Object.fromEntries(each);
  }
  return { rest, problems };
}

function isPlannedKind(kind: unknown): kind is string {
  return (
    typeof kind === "string" && (KINDS as readonly string[]).includes(kind) && !BUILT_KINDS.includes(kind)
  );
}

/** On a built kind `blueGreen` is refused as what it cannot do; on the others it comes with them. */
function plannedStrategies(document: Record<string, unknown>): Problem[] {
  const environments = isRecord(document.environments) ? Object.entries(document.environments) : [];
  const named = environments.map(([name, block]) => [`environments.${name}`, block] as const);
  return [["", document] as const, ...named]
    .filter(
      ([, block]) => isRecord(block) && isRecord(block.rollout) && block.rollout.strategy === "blueGreen",
    )
    .map(([path]) => planned(join(path, "rollout.strategy"), '"blueGreen" is not supported yet'));
}

function takeSettings(
  block: Record<string, unknown>,
  path: string,
  problems: Problem[],
): Record<string, unknown> {
  const rest = takeKeys(block, PLANNED_SETTINGS, path, problems);
  if (isRecord(rest.rollout))
    rest.rollout = takePlannedRollout(rest.rollout, join(path, "rollout"), problems);
  return rest;
}

export function takePlannedRollout(
  rollout: Record<string, unknown>,
  path: string,
  problems: Problem[],
): Record<string, unknown> {
  return takeKeys(rollout, PLANNED_ROLLOUT, path, problems);
}

function takeKeys(
  block: Record<string, unknown>,
  keys: string[],
  path: string,
  problems: Problem[],
): Record<string, unknown> {
  const rest = { ...block };
  for (const key of keys) {
    if (!Object.hasOwn(rest, key)) continue;
    if (!isEmpty(rest[key])) problems.push(planned(join(path, key), "is not supported yet"));
    delete rest[key];
  }
  return rest;
}

function planned(path: string, message: string): Problem {
  return { path, message, sort: "planned" };
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined) return true;
  if (Array.isArray(value)) return value.length === 0;
  return isRecord(value) && Object.values(value).every(isEmpty);
}
