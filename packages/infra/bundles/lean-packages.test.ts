import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ElasticLoadBalancingV2ServiceException } from "@aws-sdk/client-elastic-load-balancing-v2";
import { SSMServiceException } from "@aws-sdk/client-ssm";
import type { Plugin } from "esbuild";
import { expect, test } from "vitest";
import { LEAN_PACKAGES, withoutPlainErrors, withPlainKeys, withShortErrors } from "./lean-packages.ts";

test("a computed key that is a constant of the text is written out, and every other is left alone", () => {
  const source = [
    'const _xN = "xmlName";',
    "var A$ = [3, n0, [_xN], [[() => B$, { [_xN]: _xN }]]];",
    "var C$ = [3, { a: 1, [_xN]: 2, [_other]: 3 }];",
  ].join("\n");
  expect(withPlainKeys(source)).toBe(
    [
      'const _xN = "xmlName";',
      'var A$ = [3, n0, [_xN], [[() => B$, { "xmlName": _xN }]]];',
      'var C$ = [3, { a: 1, "xmlName": 2, [_other]: 3 }];',
    ].join("\n"),
  );
});

/** Everything that a module exports, functions called once, so that what they point to is compared too. */
function whole(value: unknown, depth = 0): unknown {
  if (typeof value === "function") return depth > 0 && !/^class/.test(String(value)) ? "shape" : value.name;
  if (Array.isArray(value)) return value.map((one) => whole(one, depth + 1));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, whole(one, depth + 1)]));
}

test.each(["ec2", "s3"])("the schemas of %s say the same with their keys written out", async (client) => {
  const path = new URL(
    `../../../node_modules/@aws-sdk/client-${client}/dist-es/schemas/schemas_0.js`,
    import.meta.url,
  );
  const { build } = await import("esbuild");
  const modules = await Promise.all(
    [(text: string) => text, withPlainKeys].map(async (rewrite) => {
      const contents = rewrite(readFileSync(path, "utf8"));
      const made = await build({
        stdin: { contents, resolveDir: new URL(".", path).pathname, sourcefile: "schemas.js" },
        bundle: true,
        format: "esm",
        platform: "node",
        write: false,
      });
      return import(
        `data:text/javascript;base64,${Buffer.from(made.outputFiles[0]!.contents).toString("base64")}`
      );
    }),
  );
  expect(withPlainKeys(readFileSync(path, "utf8"))).not.toMatch(/[{,]\s*\[_\w+\]:/);
  expect(whole({ ...modules[1] })).toEqual(whole({ ...modules[0] }));
});

test.each([
  ["ssm", SSMServiceException],
  ["elastic-load-balancing-v2", ElasticLoadBalancingV2ServiceException],
] as const)("the errors of %s are made by one function, and are what they were", async (client, Base) => {
  const path = new URL(
    `../../../node_modules/@aws-sdk/client-${client}/dist-es/models/errors.js`,
    import.meta.url,
  );
  const source = readFileSync(path, "utf8");
  const short = withShortErrors(source);
  expect(short.length).toBeLessThan(source.length / 2);
  expect(short).not.toMatch(/^export class/m);
  const errorsOf = (text: string) => {
    const body = text.replace(/^import .*$/gm, "").replace(/^export (class|const) (\w+)/gm, "$1 $2");
    const names = [...source.matchAll(/^export class (\w+)/gm)].map(([, name]) => name);
    const made = new Function("__BaseException", `${body}\nreturn { ${names.join(", ")} };`);
    return made(Base) as Record<string, new (options: object) => Error>;
  };
  const [before, after] = [errorsOf(source), errorsOf(short)];
  expect(Object.keys(after)).toEqual(Object.keys(before));
  for (const [name, Made] of Object.entries(after)) {
    const options = { message: "no", Message: "No", $metadata: {}, Type: "t", DocumentName: "d" };
    const [was, is] = [new before[name]!(options), new Made(options)];
    expect({ ...is, message: is.message, name: Made.name }).toEqual({ ...was, message: was.message, name });
    expect({ ...Made }).toEqual({ ...before[name] });
    expect(is).toBeInstanceOf(Base);
    expect(is).toBeInstanceOf(Made);
  }
});

test("an error that is written another way stays as it is", () => {
  const source = "export class Slow extends __BaseException {\n    $retryable = {};\n}\n";
  expect(withShortErrors(source)).toBe(source);
});

/** What an operation throws where the service answers so, told in full. */
async function answered(client: string, name: string, operation: string, type: string, plugins: Plugin[]) {
  const { build } = await import("esbuild");
  const contents = `import { ${name}Client, ${operation}Command } from "@aws-sdk/client-${client}";
    const body = JSON.stringify({ __type: "${type}", message: "No.", Reason: "Why" });
    const requestHandler = { handle: async () => ({ response: { statusCode: 400, headers: {}, body: Buffer.from(body) } }) };
    const credentials = { accessKeyId: "a", secretAccessKey: "b" };
    const sdk = new ${name}Client({ region: "eu-central-1", credentials, requestHandler, maxAttempts: 1 });
    export const thrown = await sdk.send(new ${operation}Command({})).catch((error) => error);`;
  const made = await build({
    stdin: { contents, resolveDir: new URL(".", import.meta.url).pathname },
    bundle: true,
    format: "esm",
    platform: "node",
    mainFields: ["module", "main"],
    banner: {
      js: 'import{createRequire as __cr}from"node:module";const require=__cr(process.cwd()+"/package.json");',
    },
    write: false,
    plugins,
  });
  const text = Buffer.from(made.outputFiles[0]!.contents);
  const { thrown } = await import(`data:text/javascript;base64,${text.toString("base64")}`);
  const { name: said, message, $fault, Reason } = thrown;
  return {
    sizeBytes: text.length,
    told: { said, message, $fault, Reason, status: thrown.$metadata.httpStatusCode },
  };
}

test.each([
  ["an error with a sentence", "ssm", "SSM", "SendCommand", "DuplicateInstanceId"],
  ["one that nobody knows", "ssm", "SSM", "SendCommand", "BrandNew"],
  ["one that says why", "dynamodb", "DynamoDB", "PutItem", "ConditionalCheckFailedException"],
])("%s is thrown by its name and message, registered or not", async (_what, ...asked) => {
  const [whole, lean] = await Promise.all([answered(...asked, []), answered(...asked, LEAN_PACKAGES)]);
  expect(lean.told).toEqual(whole.told);
  expect(lean.told).toMatchObject({ said: asked[3], message: "No.", $fault: "client", status: 400 });
  expect(lean.sizeBytes).toBeLessThan(whole.sizeBytes);
});

test("of errors only those stay registered that say more, or are tried again", () => {
  const error = (name: string, members: string, list: string) =>
    `export var ${name}$ = [-3, n0, _${name},\n    { "error": _c },\n    [${members}],\n    [${list}]\n];\nn0_registry.registerError(${name}$, ${name});\n`;
  const source = [
    'const _M = "Message";\nconst _R = "Reason";\n',
    error("Bare", "", ""),
    error("Told", "_M", "0"),
    error("Why", "_R", "0"),
    error("Again", "_M", "0"),
  ].join("");
  const classes =
    "export class Told extends B {\n}\nexport class Again extends B {\n    $retryable = {};\n}\n";
  const left = [...withoutPlainErrors(source, classes).matchAll(/registerError\((\w+)\$/g)].map(
    ([, name]) => name,
  );
  expect(left).toEqual(["Why", "Again"]);
});

test("errors of AWS are told apart by their names: by its class only one that says more than a sentence is found", () => {
  const root = fileURLToPath(new URL("../../..", import.meta.url));
  const sources = globSync(["functions/**/*.ts", "workflows/**/*.ts", "packages/**/*.ts"], { cwd: root });
  const bundled = sources.filter((path) => !/^packages\/(sandbox|start|cli)\/|\.test\.ts$/.test(path));
  const classes = bundled.flatMap((path) => {
    const imports = readFileSync(join(root, path), "utf8").matchAll(/^import \{([^}]*)\} from "@aws-sdk\//gm);
    const names = [...imports].flatMap(([, all]) => all!.split(",").map((one) => one.trim()));
    return names.filter((name) => /(Exception|Fault|NotFound|Exists?)$/.test(name));
  });
  expect(bundled.length).toBeGreaterThan(300);
  expect(classes).toEqual(["ConditionalCheckFailedException"]);
});
