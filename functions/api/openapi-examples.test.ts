// Every body in the document has an example, and the schemas that validate take it.
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import * as z from "zod";
import { openTestApi } from "#test/support/api.ts";
import { exampleOf } from "./examples/example-of.ts";
import type { Route } from "./route.ts";
import { ROUTES } from "./routes.ts";

const routes = ROUTES as readonly Route[];
const bodies = routes.flatMap((route) => [
  ...(route.body ? [[`${route.key}, request`, route.body] as const] : []),
  ...Object.entries(route.answers).flatMap(([status, schema]) =>
    schema instanceof z.ZodUndefined ? [] : [[`${route.key}, ${status}`, schema] as const],
  ),
]);

test.each(bodies)("%s: its example is one", (_name, schema) => {
  const example = exampleOf(schema);
  expect(example).toBeDefined();
  expect(schema.safeParse(example).error?.issues ?? []).toEqual([]);
});

type Media = { schema: object; example?: unknown; examples?: Record<string, { value: unknown }> };
type Content = Record<string, Media>;
type Told = {
  paths: Record<
    string,
    Record<string, { requestBody?: { content: Content }; responses: Record<string, { content?: Content }> }>
  >;
  components: { schemas: Record<string, { example?: unknown }> };
};

test("the document shows an example of every body, problems too, and each fits its schema as JSON Schema has it", async () => {
  const api = await openTestApi();
  const { paths, components } = (await api.call("GET", "/openapi.json")).body as Told;
  await api.close();
  const faultsOf = judgeWith(components);
  const named = Object.entries(components.schemas).flatMap(([id, { example }]) =>
    faultsOf(id, { $ref: `#/components/schemas/${id}` }, [example]),
  );
  const media = mediaOf(paths);
  const shown = media.flatMap(([where, { schema, example, examples }]) =>
    faultsOf(where, schema, examples ? Object.values(examples).map((one) => one.value) : [example]),
  );
  expect([...named, ...shown]).toEqual([]);
  expect(media.length).toBeGreaterThan(routes.length);
});

/** What is wrong with the examples of one place; most places share a few schemas. */
function judgeWith(components: Told["components"]) {
  const ajv = new Ajv2020({ strict: false, validateFormats: false, validateSchema: false });
  ajv.addSchema({ components }, "api");
  const known = new Map<string, ReturnType<typeof ajv.compile>>();
  return (where: string, schema: object, examples: unknown[]): string[] => {
    const text = JSON.stringify(schema).replaceAll(`"#/`, `"api#/`);
    const validate = known.get(text) ?? ajv.compile(JSON.parse(text));
    known.set(text, validate);
    if (examples.length === 0 || examples.includes(undefined)) return [`${where} has no example`];
    return examples.flatMap((one) => (validate(one) ? [] : [`${where}: ${ajv.errorsText(validate.errors)}`]));
  };
}

function mediaOf(paths: Told["paths"]): [where: string, media: Media][] {
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).flatMap(([verb, { requestBody, responses }]) =>
      Object.entries({ request: requestBody, ...responses }).flatMap(([status, told]) =>
        Object.values(told?.content ?? {}).map((media): [string, Media] => [
          `${verb} ${path}, ${status}`,
          media,
        ]),
      ),
    ),
  );
}
