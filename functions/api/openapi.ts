// The OpenAPI 3.1 document, made from the very schemas that validate: what it says is what happens.
import { OpenAPIHono } from "@hono/zod-openapi";
import * as z from "zod";
import { exampleOf } from "./examples/example-of.ts";
import { problemComponent, problemsOf } from "./openapi-problems.ts";
import { type Method, methodOf, pathOf, type Route } from "./route.ts";

const idempotencyKey = z.object({
  "Idempotency-Key": z.string().optional().meta({
    description: "The same key and body give the first answer again for 24 hours; another body gives 422.",
  }),
});

const signature = z.object({
  "X-Tutti-Timestamp": z.string().meta({ description: "Unix seconds; within 300 s of now." }),
  "X-Tutti-Signature": z.string().meta({
    description: "`sha256=` and the hex HMAC-SHA256 of `timestamp.body` with the app's hook secret.",
  }),
});

type Verb = Lowercase<Method>;

export function describe(routes: readonly Route[]): object {
  // It serves nothing: the document is all that is asked of it.
  const described = new OpenAPIHono();
  described.openAPIRegistry.registerComponent("securitySchemes", "bearer", {
    type: "http",
    scheme: "bearer",
  });
  described.openAPIRegistry.registerComponent("schemas", "Problem", problemComponent());
  for (const route of routes) described.openAPIRegistry.registerPath(pathItem(route));
  return described.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "Tutti",
      version: "1",
      description: "Rolls releases out to servers, virtual machines, containers and functions.",
    },
    servers: [{ url: "/" }],
  });
}

function pathItem(route: Route) {
  const mutating = methodOf(route.key) !== "GET";
  return {
    method: methodOf(route.key).toLowerCase() as Verb,
    path: pathOf(route.key),
    operationId: operationId(route),
    tags: [route.tag],
    summary: route.summary,
    "x-tutti-permission": route.permission,
    security: ["public", "signed"].includes(route.permission) ? [] : [{ bearer: [] }],
    request: {
      ...(isObject(route.params) ? { params: route.params } : {}),
      ...(isObject(route.query) ? { query: route.query } : {}),
      ...(mutating && route.permission !== "public" ? { headers: headersOf(route) } : {}),
      ...(route.body ? { body: requestBody(route.body) } : {}),
    },
    responses: { ...answersOf(route), ...problemsOf(route) },
  };
}

function headersOf({ permission }: Route) {
  return permission === "signed" ? z.object({ ...signature.shape, ...idempotencyKey.shape }) : idempotencyKey;
}

function requestBody(schema: z.ZodType) {
  const required = !schema.safeParse(undefined).success;
  return { required, content: jsonOf(schema) };
}

function jsonOf(schema: z.ZodType) {
  return { "application/json": { schema, example: exampleOf(schema) } };
}

function answersOf(route: Route) {
  return Object.fromEntries(
    Object.entries(route.answers).map(([status, schema]) => [
      status,
      schema instanceof z.ZodUndefined
        ? { description: "Done; there is no body." }
        : { description: route.summary, content: jsonOf(schema) },
    ]),
  );
}

/** `POST /v1/apps/{app}/releases` → `postAppsByAppReleases`. */
function operationId(route: Route): string {
  const words = pathOf(route.key)
    .split("/")
    .filter((segment) => segment !== "" && segment !== "v1")
    .map((segment) => segment.replace(/^\{(\w+)\}$/, "by-$1"));
  const pascal = words
    .flatMap((word) => word.split(/[-.]/))
    .map((word) => word[0]!.toUpperCase() + word.slice(1));
  return methodOf(route.key).toLowerCase() + pascal.join("");
}

function isObject(schema: z.ZodType | undefined): schema is z.ZodObject {
  return schema instanceof z.ZodObject;
}
