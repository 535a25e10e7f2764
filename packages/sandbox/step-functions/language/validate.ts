// What can be found wrong with a definition before it is played: structure, targets, expressions, names of variables,
// resources that are not implemented here. Answers problems in words, none when it can be played.
import { integrationOf, knownResources } from "../integrations.ts";
import { isExpression, type Scope, type State, type StateType } from "./definition.ts";
import { compile } from "./expressions.ts";
import {
  allowedFields,
  endsByItself,
  machineFields,
  notImplementedFields,
  requiredFields,
  scopeFields,
} from "./fields.ts";
import { checkRules } from "./validate-rules.ts";

export type Problems = string[];
type Names = { states: Set<string>; outerVariables: Set<string> };

export function validate(text: string): Problems {
  let definition: Record<string, unknown>;
  try {
    definition = JSON.parse(text) as Record<string, unknown>;
  } catch (cause) {
    return [`INVALID_JSON_DESCRIPTION: ${(cause as Error).message}`];
  }
  if (typeof definition !== "object" || definition === null)
    return ["INVALID_JSON_DESCRIPTION: not an object"];
  const problems: Problems = [];
  if (definition.QueryLanguage !== "JSONata") {
    problems.push(
      "SCHEMA_VALIDATION_FAILED: only QueryLanguage JSONata is implemented in this sandbox at /QueryLanguage",
    );
  }
  unknownFields(definition, machineFields, "", problems);
  checkTimeout(definition.TimeoutSeconds, problems);
  checkScope(definition as unknown as Scope, "", { states: new Set(), outerVariables: new Set() }, problems);
  return problems;
}

function checkTimeout(value: unknown, problems: Problems): void {
  if (value === undefined || (Number.isInteger(value) && (value as number) > 0)) return;
  problems.push("SCHEMA_VALIDATION_FAILED: Field has to be a positive integer at /TimeoutSeconds");
}

function checkScope(scope: Scope, at: string, names: Names, problems: Problems): void {
  const states = scope?.States;
  if (typeof states !== "object" || states === null || Object.keys(states).length === 0) {
    problems.push(`SCHEMA_VALIDATION_FAILED: These fields are required: [States] at ${at || "/"}`);
    return;
  }
  if (!(scope.StartAt in states))
    problems.push(`MISSING_TRANSITION_TARGET: Missing 'Next' target: ${scope.StartAt} at ${at}/StartAt`);
  const assigned = new Set(Object.values(states).flatMap(variablesOf));
  for (const name of assigned) {
    if (names.outerVariables.has(name))
      problems.push(
        `SCHEMA_VALIDATION_FAILED: Variable ${name} is already assigned in an outer scope at ${at}/States`,
      );
  }
  const inner: Names = {
    states: names.states,
    outerVariables: new Set([...names.outerVariables, ...assigned]),
  };
  for (const [name, state] of Object.entries(states)) {
    if (name.length > 80)
      problems.push(
        `SCHEMA_VALIDATION_FAILED: State name is longer than 80 characters at ${at}/States/${name}`,
      );
    if (names.states.has(name)) problems.push(`DUPLICATE_STATE_NAME: ${name} at ${at}/States/${name}`);
    names.states.add(name);
    checkState(scope, state, `${at}/States/${name}`, inner, problems);
  }
  for (const name of unreachable(scope))
    problems.push(`MISSING_TRANSITION_TARGET: State "${name}" is not reachable at ${at}/States/${name}`);
}

function checkState(scope: Scope, state: State, at: string, names: Names, problems: Problems): void {
  const allowed = allowedFields[state?.Type as StateType];
  if (!allowed) {
    problems.push(
      `SCHEMA_VALIDATION_FAILED: Type "${state?.Type}" is not one of ${Object.keys(allowedFields).join(", ")} at ${at}/Type`,
    );
    return;
  }
  unknownFields(state as Record<string, unknown>, allowed, at, problems);
  for (const field of requiredFields[state.Type]) {
    if (!(field in state))
      problems.push(`SCHEMA_VALIDATION_FAILED: These fields are required: [${field}] at ${at}`);
  }
  if (!endsByItself.has(state.Type) && (state.Next === undefined) === (state.End !== true)) {
    problems.push(`SCHEMA_VALIDATION_FAILED: Exactly one of Next and End must be set at ${at}`);
  }
  for (const target of targetsOf(state)) {
    if (!(target in scope.States))
      problems.push(`MISSING_TRANSITION_TARGET: Missing 'Next' target: ${target} at ${at}`);
  }
  checkRules(state, at, problems);
  checkResource(state, at, problems);
  checkInner(state, at, names, problems);
  const { Branches: _branches, ItemProcessor: _processor, ...own } = state;
  checkExpressions(own, at, problems);
}

function checkResource(state: State, at: string, problems: Problems): void {
  if (state.Type !== "Task" || state.Resource === undefined || integrationOf(state.Resource)) return;
  problems.push(
    `SCHEMA_VALIDATION_FAILED: The resource ${state.Resource} is not implemented in this sandbox (it has ${knownResources.join(" ")} and Lambda function ARNs) at ${at}/Resource`,
  );
}

function checkInner(state: State, at: string, names: Names, problems: Problems): void {
  const inner = [
    ...(state.Branches ?? []).map((scope, index) => [scope, `${at}/Branches[${index}]`] as const),
    ...(state.ItemProcessor ? [[state.ItemProcessor, `${at}/ItemProcessor`] as const] : []),
  ];
  for (const [scope, place] of inner) {
    unknownFields(scope as Record<string, unknown>, scopeFields, place, problems);
    if ((scope.ProcessorConfig?.Mode ?? "INLINE") !== "INLINE") {
      problems.push(
        `SCHEMA_VALIDATION_FAILED: Map mode ${scope.ProcessorConfig?.Mode} is not implemented in this sandbox at ${place}/ProcessorConfig/Mode`,
      );
    }
    checkScope(scope, place, names, problems);
  }
}

function unknownFields(
  value: Record<string, unknown>,
  allowed: string[],
  at: string,
  problems: Problems,
): void {
  for (const field of Object.keys(value)) {
    if (notImplementedFields.includes(field))
      problems.push(
        `SCHEMA_VALIDATION_FAILED: ${field} is not implemented in this sandbox at ${at}/${field}`,
      );
    else if (!allowed.includes(field))
      problems.push(`SCHEMA_VALIDATION_FAILED: Field "${field}" is not supported at ${at}/${field}`);
  }
}

function checkExpressions(value: unknown, at: string, problems: Problems): void {
  if (isExpression(value)) {
    try {
      compile(value);
    } catch (cause) {
      problems.push(`SCHEMA_VALIDATION_FAILED: ${(cause as Error).message} at ${at}`);
    }
  } else if (value !== null && typeof value === "object") {
    for (const [key, item] of Object.entries(value)) checkExpressions(item, `${at}/${key}`, problems);
  }
}

const targetsOf = (state: State): string[] =>
  [
    state.Next,
    state.Default,
    ...(state.Choices ?? []).map((rule) => rule.Next),
    ...(state.Catch ?? []).map((catcher) => catcher.Next),
  ].filter((target) => target !== undefined);

const variablesOf = (state: State): string[] =>
  [
    state?.Assign,
    ...(state?.Choices ?? []).map((rule) => rule.Assign),
    ...(state?.Catch ?? []).map((one) => one.Assign),
  ]
    .filter((assign) => assign !== undefined && assign !== null && typeof assign === "object")
    .flatMap((assign) => Object.keys(assign as object));

function unreachable(scope: Scope): string[] {
  const reached = new Set<string>();
  const queue = [scope.StartAt];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    const state = scope.States[name];
    if (!state || reached.has(name)) continue;
    reached.add(name);
    queue.push(...targetsOf(state));
  }
  return Object.keys(scope.States).filter((name) => !reached.has(name));
}
