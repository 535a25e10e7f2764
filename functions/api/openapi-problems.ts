// The problems that a route may answer with, for the OpenAPI document: what every route of its sort may, and what it
// declares itself (`refusals`), by status, each with its codes and an example. Every answer that any test of the API gets
// is held against it (test/support/api.ts), and so are generated requests (test/support/hold-to-document.ts).
import * as z from "zod";
import { ERRORS, type ErrorCode } from "#core/errors.ts";
import { methodOf, pathOf, type Route } from "./route.ts";

/** The component that every problem refers to. */
export function problemComponent(): object {
  const { $schema: _its, ...schema } = z.toJSONSchema(problemSchema, { io: "input" });
  return { ...schema, example: exampleOf("invalid_input") };
}

const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.enum(Object.keys(ERRORS) as [ErrorCode]),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  })
  .describe("RFC 9457, with a stable code and, for bad input, every fault's path.");

/** By status: `{ 404: { description, content } }`. */
export function problemsOf(route: Route): Record<number, object> {
  return Object.fromEntries(statusesOf(route).map((status) => [status, problemAnswer(route, status)]));
}

export function statusesOf(route: Route): number[] {
  return [...new Set(refusalsOf(route).map((code) => ERRORS[code].status))].sort((a, b) => a - b);
}

/** Every code, without order and each once. */
export function refusalsOf(route: Route): ErrorCode[] {
  if (route.permission === "public") return [];
  const mutating = methodOf(route.key) !== "GET";
  const reads = hasName(route) || route.query !== undefined || mutating;
  return [
    ...new Set<ErrorCode>([
      "unauthenticated",
      "rate_limited",
      "internal",
      "unreachable",
      // A signature opens one app's hook, which may do what a hook does; the rules of an issuer may fit nobody.
      ...(route.permission === "signed" ? [] : (["forbidden"] as const)),
      ...(pathOf(route.key).includes("{") ? (["not_found"] as const) : []),
      ...(reads ? (["invalid_input"] as const) : []),
      ...(mutating ? MUTATING : []),
      ...(route.refusals ?? []),
    ]),
  ];
}

/** A body is read, an Idempotency-Key is kept, and what is written is written on a condition. */
const MUTATING = [
  "malformed_body",
  "body_too_large",
  "idempotency_mismatch",
  "conflict",
  "stale_write",
] as const satisfies ErrorCode[];

/** A name that cannot be is bad input; an id that cannot be is not there. */
function hasName(route: Route): boolean {
  return ["{app}", "{env}", "{name}"].some((part) => pathOf(route.key).includes(part));
}

function problemAnswer(route: Route, status: number): object {
  const codes = refusalsOf(route).filter((code) => ERRORS[code].status === status);
  return {
    description: `A problem: ${codes.map((code) => `\`${code}\``).join(", ")}`,
    content: {
      "application/problem+json": {
        schema: {
          allOf: [{ $ref: "#/components/schemas/Problem" }, { properties: { code: { enum: codes } } }],
        },
        examples: Object.fromEntries(codes.map((code) => [code, { value: exampleOf(code) }])),
      },
    },
  };
}

function exampleOf(code: ErrorCode) {
  const { status, title } = ERRORS[code];
  const errors =
    code === "invalid_input" ? { errors: [{ path: "environment", message: "is required" }] } : {};
  return { type: `urn:tutti:problem:${code}`, title, status, detail: title, code, ...errors };
}
