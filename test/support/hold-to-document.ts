// Holds the running API to its own OpenAPI document: generated requests, whole ones and broken ones, to every route in it.
// No answer may be a 500, each status must be told of, and each body must be what the document says it is.
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import type { TestApi } from "./api.ts";
import { arbitraryOf, broken, type Schema } from "./arbitrary-of.ts";

type Parameter = { name: string; in: "path" | "query" | "header"; required?: boolean; schema: Schema };
type Operation = {
  parameters?: Parameter[];
  requestBody?: { content: { "application/json": { schema: Schema } } };
  responses: Record<string, { content?: Record<string, { schema: Schema }> }>;
};
export type Document = {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
};

type Asked = {
  method: string;
  pattern: string;
  path: string;
  headers: Record<string, string>;
  body: unknown;
};

const VERBS = ["get", "put", "post", "delete"];
/** Names that are there, so that requests come past the doors. */
const THERE: Record<string, string[]> = { app: ["shop"], env: ["prod"] };

/** A request to any operation; `ids` are of deployments that are there. */
export function requestsOf(document: Document, ids: string[]): fc.Arbitrary<Asked> {
  const resolve = (ref: string) => document.components.schemas[ref.split("/").at(-1)!]!;
  const operations = Object.entries(document.paths).flatMap(([pattern, item]) =>
    VERBS.filter((verb) => item[verb]).map((verb) => ({ pattern, verb, operation: item[verb]! })),
  );
  return fc.oneof(
    ...operations.map(({ pattern, verb, operation }) => {
      const { parameters = [], requestBody } = operation;
      const schema = requestBody?.content["application/json"].schema;
      const whole = schema ? arbitraryOf(schema, resolve) : fc.constant(undefined);
      const values = fc.record(
        Object.fromEntries(
          parameters.map((one) => [`${one.in} ${one.name}`, parameterOf(one, resolve, ids)]),
        ),
      );
      const body = schema
        ? fc.oneof(
            { weight: 4, arbitrary: whole },
            { weight: 2, arbitrary: broken(whole) },
            { weight: 1, arbitrary: fc.constantFrom("{", "[1", "null", undefined) },
          )
        : whole;
      return fc.tuple(values, body).map(([given, sent]) => ({
        method: verb.toUpperCase(),
        pattern,
        path: pathWith(pattern, parameters, given),
        headers: headersWith(parameters, given),
        body: sent,
      }));
    }),
  );
}

function parameterOf(one: Parameter, resolve: (ref: string) => Schema, ids: string[]): fc.Arbitrary<unknown> {
  const fitting = arbitraryOf(one.schema, resolve);
  const odd = fc.constantFrom<unknown>(
    "",
    "%00",
    "a/b",
    "..",
    "x".repeat(3000),
    "-1",
    "🙂",
    "[object Object]",
  );
  const there = one.name === "id" ? ids : THERE[one.name];
  const likely = there ? fc.constantFrom<unknown>(...there) : fitting;
  // A client takes dots out of a path before it sends it: that would be another route.
  const inPath = odd.filter((text) => text !== "" && text !== "..");
  const rarely = { header: fitting, path: inPath, query: odd }[one.in];
  const value = fc.oneof(
    { weight: 6, arbitrary: likely },
    { weight: 2, arbitrary: fitting },
    { weight: 1, arbitrary: rarely },
  );
  return one.required || one.in === "path" ? value : fc.option(value, { nil: undefined });
}

function pathWith(pattern: string, parameters: Parameter[], given: Record<string, unknown>): string {
  const path = pattern.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(`${given[`path ${name}`]}`),
  );
  const query = new URLSearchParams();
  for (const { name } of parameters.filter((one) => one.in === "query"))
    if (given[`query ${name}`] !== undefined) query.append(name, `${given[`query ${name}`]}`);
  return query.size > 0 ? `${path}?${query}` : path;
}

/** What no HTTP client could send is not sent. */
function headersWith(parameters: Parameter[], given: Record<string, unknown>): Record<string, string> {
  const named = parameters.filter((one) => one.in === "header" && given[`header ${one.name}`] !== undefined);
  return Object.fromEntries(
    named.map(({ name }) => [name, `${given[`header ${name}`]}`.replaceAll(/[^\x20-\x7e]/g, "")]),
  );
}

/** Answers what is wrong with the answer, in sentences; none means it holds. */
export function judgeOf(document: Document) {
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: false });
  ajv.addSchema(document as object, "api");
  const validators = new Map<string, ReturnType<typeof ajv.compile>>();
  const validatorOf = (pointer: string) => {
    const known = validators.get(pointer) ?? ajv.compile({ $ref: `api#${pointer}` });
    validators.set(pointer, known);
    return known;
  };
  return (asked: Asked, answer: { status: number; headers: Headers; body: unknown }): string[] => {
    const told = document.paths[asked.pattern]![asked.method.toLowerCase()]!.responses;
    const { status } = answer;
    if (status === 500) return [`it answered 500: ${JSON.stringify(answer.body)}`];
    // A name that does not fit the path is another path, which nobody told of.
    if (!told[status])
      return [
        `${status} is not told of; ${Object.keys(told).join(", ")} are: ${JSON.stringify(answer.body)}`,
      ];
    const type = answer.headers.get("content-type")?.split(";")[0];
    const content = told[status].content;
    if (!content) return answer.body ? [`${status} has a body`] : [];
    if (!type || !content[type])
      return [`${status} came as ${type}; ${Object.keys(content).join(", ")} is told of`];
    const escaped = (text: string) => encodeURIComponent(text.replaceAll("~", "~0").replaceAll("/", "~1"));
    const pointer = [
      "paths",
      asked.pattern,
      asked.method.toLowerCase(),
      "responses",
      status,
      "content",
      type,
      "schema",
    ];
    const validate = validatorOf(`/${pointer.map((one) => escaped(`${one}`)).join("/")}`);
    return validate(answer.body)
      ? []
      : [`${status} is not what is told of: ${ajv.errorsText(validate.errors)}`];
  };
}

const ESTIMATED_COST = {
  stateTransitions: 8,
  lambdaCalls: 3,
  lambdaMilliseconds: 2000,
  lambdaGibSeconds: 0.5,
  readUnits: 12,
  writeUnits: 24,
};

/** What the drivers answer who are not there. */
function letDriversAnswer(api: TestApi): void {
  const at = new Date(api.clock.now()).toISOString();
  const run = { id: "heal_1", app: "shop", environment: "prod", trigger: "api", actions: [], summary: "" };
  const plan = { previousVersion: null, desired: 3, steps: [], lowestHealthy: 3, config: [], notes: [] };
  api.answers.heal = { ...run, startedAt: at, endedAt: at };
  api.answers.preview = { ...plan, estimatedSeconds: 1, estimatedCost: ESTIMATED_COST, estimatedDollars: 0 };
  api.answers.diagnose = [{ path: "cluster.arn", ok: true, detail: "It is there.", mend: null }];
}

/** How often each status was seen. A failing run prints its seed, which plays it again. */
export async function holdToDocument(
  api: TestApi,
  ids: string[],
  requests: number,
  seed?: number,
): Promise<Map<number, number>> {
  const seen = new Map<number, number>();
  const { body } = await api.call("GET", "/openapi.json");
  const judge = judgeOf(body as Document);
  letDriversAnswer(api);
  await fc.assert(
    fc.asyncProperty(requestsOf(body as Document, ids), async (asked) => {
      // Or the limit of calls would be all that is seen.
      api.clock.advance(1000);
      const answer = await api.call(asked.method, asked.path, asked.body, asked.headers);
      seen.set(answer.status, (seen.get(answer.status) ?? 0) + 1);
      const wrong = judge(asked, answer);
      if (wrong.length > 0)
        throw new Error(`${asked.method} ${asked.path.slice(0, 200)}: ${wrong.join("; ")}`);
    }),
    { numRuns: requests, ...(seed === undefined ? {} : { seed }) },
  );
  return seen;
}
