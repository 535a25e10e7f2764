// The problems that a route may answer with, for the OpenAPI document: worked out from what the route is, by status, each
// with its codes and an example. A test holds what the running API answers against it (test/support/hold-to-document.ts).
import * as z from "zod";
import { ERRORS, type ErrorCode } from "#core/errors.ts";
import { methodOf, pathOf, type Route } from "./route.ts";

export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.enum(Object.keys(ERRORS) as [string, ...string[]]),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  })
  .meta({
    id: "Problem",
    description: "RFC 9457, with a stable code and, for bad input, every fault's path.",
  });

/** By status: `{ 404: { description, content } }`. */
export function problemsOf(route: Route): Record<number, object> {
  return Object.fromEntries(statusesOf(route).map((status) => [status, problemAnswer(status)]));
}

export function statusesOf(route: Route): number[] {
  const { permission } = route;
  const mutating = methodOf(route.key) !== "GET";
  const isPublic = permission === "public";
  return [
    ...(isPublic ? [] : [401, 403, 422, 429]),
    ...(pathOf(route.key).includes("{") || route.body !== undefined ? [404] : []),
    ...(mutating && !isPublic ? [400, 409, 413] : []),
    ...(isPublic ? [] : [500, 502, 503]),
  ].sort((a, b) => a - b);
}

function problemAnswer(status: number): object {
  const codes = codesOf(status);
  return {
    description: `A problem: ${codes.map((code) => `\`${code}\``).join(", ")}`,
    content: {
      "application/problem+json": {
        schema: problemSchema,
        examples: Object.fromEntries(codes.map((code) => [code, { value: exampleOf(code) }])),
      },
    },
  };
}

function codesOf(status: number): ErrorCode[] {
  return (Object.keys(ERRORS) as ErrorCode[]).filter((code) => ERRORS[code].status === status);
}

function exampleOf(code: ErrorCode) {
  const { status, title } = ERRORS[code];
  const errors =
    code === "invalid_input" ? { errors: [{ path: "environment", message: "is required" }] } : {};
  return { type: `urn:tutti:problem:${code}`, title, status, detail: title, code, ...errors };
}
