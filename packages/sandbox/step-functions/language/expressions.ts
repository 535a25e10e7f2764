// Evaluates templates: any `{% … %}` in a value is JSONata. An expression that fails or gives nothing is
// `States.QueryEvaluationError`, naming the field. `jsonata` has no recursion guard: definitions are trusted.
import jsonata from "jsonata";
import { isExpression, type Template, type Variables } from "./definition.ts";
import { StateError } from "./errors.ts";
import { awsFunctions } from "./functions.ts";

const cacheLimit = 5_000;
const compiled = new Map<string, jsonata.Expression>();
const constants = new WeakMap<object, boolean>();

/** Throws where the text is not JSONata. */
export function compile(template: string): jsonata.Expression {
  const known = compiled.get(template);
  if (known) return known;
  const expression = jsonata(template.slice(2, -2).trim());
  if (compiled.size >= cacheLimit) compiled.clear();
  compiled.set(template, expression);
  return expression;
}

/** `bindings` are variables and `states`; `field` is the path for messages. */
export async function evaluate(template: Template, bindings: Variables, field: string): Promise<unknown> {
  if (typeof template === "string") {
    return isExpression(template) ? evaluateText(template, bindings, field) : template;
  }
  if (template === null || typeof template !== "object" || isConstant(template)) return template;
  if (Array.isArray(template)) {
    return Promise.all(template.map((item, at) => evaluate(item, bindings, `${field}[${at}]`)));
  }
  const out: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(template))
    out[key] = await evaluate(value, bindings, `${field}/${key}`);
  return out;
}

/** Remembers which parts of a definition hold no expression at all. */
function isConstant(template: object): boolean {
  const known = constants.get(template);
  if (known !== undefined) return known;
  const constant = Object.values(template).every((value) =>
    value !== null && typeof value === "object" ? isConstant(value) : !isExpression(value),
  );
  constants.set(template, constant);
  return constant;
}

async function evaluateText(template: string, bindings: Variables, field: string): Promise<unknown> {
  const value = await run(template, bindings, field);
  const text = template.slice(2, -2).trim();
  if (value === undefined) {
    throw failed(
      `The JSONata expression '${text}' specified for the field '${field}' returned nothing (undefined).`,
      field,
    );
  }
  if (isFunction(value)) {
    throw failed(
      `The JSONata expression '${text}' specified for the field '${field}' returned an unsupported result type.`,
      field,
    );
  }
  // Sequences carry marks of the library, and inputs must not be shared: a copy is plain JSON.
  return value !== null && typeof value === "object" ? JSON.parse(JSON.stringify(value)) : value;
}

const isFunction = (value: unknown) =>
  typeof value === "function" ||
  (value !== null &&
    typeof value === "object" &&
    ("_jsonata_function" in value || "_jsonata_lambda" in value));

async function run(template: string, bindings: Variables, field: string): Promise<unknown> {
  try {
    return await compile(template).evaluate(undefined, { ...awsFunctions, ...bindings });
  } catch (error) {
    const message = (error as { message?: string }).message ?? String(error);
    throw failed(
      `The JSONata expression '${template.slice(2, -2).trim()}' specified for the field '${field}' threw an error: ${message}`,
      field,
    );
  }
}

const failed = (cause: string, field: string) => new StateError("States.QueryEvaluationError", cause, field);

/** A template that must give a number at least as high as `least`. */
export async function evaluateNumber(
  template: Template,
  bindings: Variables,
  field: string,
  least: number,
): Promise<number> {
  const value = await evaluate(template, bindings, field);
  if (typeof value === "number" && value >= least) return value;
  throw failed(
    `The field '${field}' must be a number of at least ${least}, got ${JSON.stringify(value)}`,
    field,
  );
}

/** A template that must give text. */
export async function evaluateString(
  template: Template,
  bindings: Variables,
  field: string,
): Promise<string> {
  const value = await evaluate(template, bindings, field);
  if (typeof value === "string") return value;
  throw failed(`The field '${field}' must be a string, got ${JSON.stringify(value)}`, field);
}
