// What esbuild cannot leave out by itself, because it may not know that nothing needs it. Each of these rewrites a file of a package as it is
// bundled, in a way that keeps its meaning; a package that is written differently one day is bundled as it is, and test/infra holds the sizes.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
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

/** An SDK client describes the shapes of all its operations and errors in one file, far more than one function asks for. */
const LEAN_SCHEMAS: Plugin = {
  name: "lean-schemas",
  setup: (build) =>
    void build.onLoad({ filter: /[/\\]client-[^/\\]+[/\\]dist-es[/\\]schemas[/\\]\w+\.js$/ }, ({ path }) => ({
      contents: leanSchemas(path),
    })),
};

/** Every bundle of one build has the same clients. */
const rewritten = new Map<string, string>();

function leanSchemas(path: string): string {
  const kept = rewritten.get(path) ?? leaner(path);
  rewritten.set(path, kept);
  return kept;
}

function leaner(path: string): string {
  const plain = withPlainKeys(readFileSync(path, "utf8"));
  const [config, errors] = ["runtimeConfig.shared.js", "models/errors.js"].map((one) => {
    const file = join(dirname(path), "..", one);
    return existsSync(file) ? readFileSync(file, "utf8") : "";
  });
  return namesErrorsAsTheyAre(config!) ? withoutPlainErrors(plain, errors!) : plain;
}

/**
 * A shape with a computed key (`{[_xN]: "..."}`) is never left out, since working out a key might do something: 500 kB of EC2's. The keys
 * are constants of the same file, so they can as well be written out.
 *
 * Writes `{ [_name]: value }` as `{ "its value": value }` wherever `const _name = "its value";` is said in the same text.
 */
export function withPlainKeys(source: string): string {
  const constants = constantsOf(source);
  return source.replace(/([{,]\s*)\[(_\w+)\](?=:)/g, (whole, before: string, name: string) => {
    const value = constants.get(name);
    return value === undefined ? whole : `${before}${value}`;
  });
}

function constantsOf(source: string): Map<string, string> {
  const found = source.matchAll(/^const (_\w+) = ("[^"\\]*");$/gm);
  return new Map([...found].map(([, name, value]) => [name!, value!]));
}

/** Over JSON an error's name stands in the answer, unless the service once spoke another protocol and keeps to the names it had there. */
function namesErrorsAsTheyAre(config: string): boolean {
  return /AwsJson1_[01]Protocol/.test(config) && !config.includes("awsQueryCompatible");
}

/** An error that has nothing to say but a sentence. */
const PLAIN_ERROR =
  /^(export var (\w+)\$ = \[-3, n0, _\w+,\n {4}(?:\{.*\}|0),\n {4}\[(_\w+)?\],\n {4}\[0?\](?:, 1)?\n\];\n)n0_registry\.registerError\(\2\$, \2\);\n/gm;

/**
 * Each error that a service may answer is registered, and stays for it: 30 kB of Systems Manager's. One that nobody registered becomes the
 * client's base exception with the same name and message, which is all that is asked of one here: so those that say more stay registered.
 * `errors`: the file of their classes, where it stands which of them the client tries again by itself.
 */
export function withoutPlainErrors(source: string, errors: string): string {
  const constants = constantsOf(source);
  const retried = errors.split("export class ").filter((one) => one.includes("$retryable"));
  return source.replace(PLAIN_ERROR, (whole, shape: string, name: string, member: string | undefined) => {
    const saysMore = member !== undefined && !/^"message"$/i.test(constants.get(member) ?? "");
    return saysMore || retried.some((one) => one.startsWith(`${name} `)) ? whole : shape;
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

export const LEAN_PACKAGES: Plugin[] = [ENGLISH_ONLY, LEAN_SCHEMAS, SHORT_ERRORS, VERSIONS_ONLY];
