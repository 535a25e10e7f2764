// What esbuild cannot leave out by itself, because it may not know that nothing needs it. Each of these rewrites a file of a package as it is
// bundled, in a way that keeps its meaning; a package that is written differently one day is bundled as it is, and test/infra holds the sizes.
import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Plugin } from "esbuild";

/** Zod carries its messages in fifty languages, 330 kB, wherever its whole namespace is handed on (zod-openapi does). */
const ENGLISH_ONLY: Plugin = {
  name: "english-only",
  setup: (build) =>
    void build.onLoad({ filter: /[/\\]zod[/\\]v4[/\\]locales[/\\]index\.js$/ }, ({ path }) => ({
      contents: 'export { default as en } from "./en.js";',
      resolveDir: dirname(path),
    })),
};

/**
 * An SDK client describes each of its operations' shapes, and one with a computed key (`{[_xN]: "..."}`) is never left out, since working
 * out a key might do something: 500 kB of EC2's. The keys are constants of the same file, so they can as well be written out.
 */
const PLAIN_SCHEMA_KEYS: Plugin = {
  name: "plain-schema-keys",
  setup: (build) =>
    void build.onLoad({ filter: /[/\\]client-[^/\\]+[/\\]dist-es[/\\]schemas[/\\]\w+\.js$/ }, ({ path }) => ({
      contents: plainKeysOf(path),
    })),
};

/** Every bundle of one build has the same clients. */
const rewritten = new Map<string, string>();

function plainKeysOf(path: string): string {
  const kept = rewritten.get(path) ?? withPlainKeys(readFileSync(path, "utf8"));
  rewritten.set(path, kept);
  return kept;
}

/** Writes `{ [_name]: value }` as `{ "its value": value }` wherever `const _name = "its value";` is said in the same text. */
export function withPlainKeys(source: string): string {
  const constants = new Map<string, string>();
  for (const [, name, value] of source.matchAll(/^const (_\w+) = ("[^"\\]*");$/gm))
    constants.set(name!, value!);
  return source.replace(/([{,]\s*)\[(_\w+)\](?=:)/g, (whole, before: string, name: string) => {
    const value = constants.get(name);
    return value === undefined ? whole : `${before}${value}`;
  });
}

/** Each error that a service may answer is a class of twenty lines: 67 kB of Systems Manager's. One function makes them all as well, from what differs. */
const SHORT_ERRORS: Plugin = {
  name: "short-errors",
  setup: (build) =>
    void build.onLoad(
      { filter: /[/\\]client-[^/\\]+[/\\]dist-es[/\\]models[/\\]errors\.js$/ },
      ({ path }) => ({
        contents: withShortErrors(readFileSync(path, "utf8")),
      }),
    ),
};

/** A class with anything more in it, or written otherwise, stays as it is. */
const ERROR_CLASS =
  /^export class (\w+) extends __BaseException \{\n(?: {4}static shapeId = "([^"#]+)#\1";\n)? {4}name = "\1";\n {4}\$fault = "(\w+)";\n(?: {4}\w+;\n)* {4}constructor\(opts\) \{\n {8}super\(\{\n {12}name: "\1",\n {12}\$fault: "\3",\n {12}\.\.\.opts,\n {8}\}\);\n {8}Object\.setPrototypeOf\(this, \1\.prototype\);\n((?: {8}this\.(\w+) = opts\.\5;\n)*) {4}\}\n\}$/gm;

/** Clients of older models have no `shapeId`. */
function makesErrors(namespace: string | undefined): string {
  return `function __errorClass(name, fields = [], $fault = "client") {
  const made = { [name]: class extends __BaseException {
${namespace === undefined ? "" : `    static shapeId = "${namespace}#" + name;\n`}    name = name;
    $fault = $fault;
    constructor(opts) {
      super({ name, $fault, ...opts });
      Object.setPrototypeOf(this, made.prototype);
      for (const field of fields) this[field] = opts[field];
    }
  } }[name];
  return made;
}
`;
}

/** All errors of a file are of one namespace; one of another stays as it is. */
export function withShortErrors(source: string): string {
  const [first] = source.matchAll(ERROR_CLASS);
  if (first === undefined) return source;
  const namespace = first[2];
  const short = source.replace(
    ERROR_CLASS,
    (whole, name: string, its: string | undefined, fault: string, body: string) => {
      if (its !== namespace) return whole;
      const fields = [...body.matchAll(/this\.(\w+)/g)].map(([, field]) => field);
      const differs = [JSON.stringify(name), JSON.stringify(fields), JSON.stringify(fault)];
      const told = fault === "client" ? differs.slice(0, fields.length === 0 ? 1 : 2) : differs;
      return `export const ${name} = /* @__PURE__ */ __errorClass(${told.join(", ")});`;
    },
  );
  return `${short}\n${makesErrors(namespace)}`;
}

/** An SDK client tells its version, and has its whole package.json bundled for it. */
const VERSIONS_ONLY: Plugin = {
  name: "versions-only",
  setup: (build) =>
    void build.onLoad({ filter: /[/\\]@aws-sdk[/\\]client-[^/\\]+[/\\]package\.json$/ }, ({ path }) => {
      const { name, version } = JSON.parse(readFileSync(path, "utf8")) as Record<string, string>;
      return { contents: JSON.stringify({ name, version }), loader: "json" };
    }),
};

export const LEAN_PACKAGES: Plugin[] = [ENGLISH_ONLY, PLAIN_SCHEMA_KEYS, SHORT_ERRORS, VERSIONS_ONLY];
