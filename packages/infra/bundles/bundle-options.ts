// How a handler becomes a Lambda bundle: ES modules with everything in them, the SDK clients it uses included, since the
// runtime's own copy changes without notice. What is imported only when it is needed (ssh2) is a file of its own, which a cold start
// neither reads nor compiles.
import { LEAN_PACKAGES } from "./lean-packages.ts";

const NODE_HTTP = "./packages/infra/bundles/node-http.cjs";

/** A Lambda function's credentials always come from its environment, so the SDK's search for others stays out. */
const ALIAS = {
  http: NODE_HTTP,
  "node:http": NODE_HTTP,
  "@aws-sdk/credential-provider-node": "./functions/deps/environment-credentials.ts",
};

/** ssh2's optional native parts: it falls back to Node's own crypto without them. */
const EXTERNAL = ["cpu-features", "*.node"];

/** To be built in the root folder, where the alias starts. */
export function bundleOptions(entry: string) {
  return {
    entryPoints: [{ in: entry, out: "index" }],
    outdir: ".",
    outExtension: { ".js": ".mjs" },
    splitting: true,
    chunkNames: "[name]-[hash]",
    plugins: LEAN_PACKAGES,
    bundle: true as const,
    minify: true,
    platform: "node" as const,
    target: "node24",
    format: "esm" as const,
    mainFields: ["module", "main"],
    external: EXTERNAL,
    alias: ALIAS,
    // CommonJS packages inside an ES module still ask for these three.
    banner: {
      js: 'import{createRequire as __createRequire}from"node:module";import{fileURLToPath as __toPath}from"node:url";import{dirname as __dir}from"node:path";const require=__createRequire(import.meta.url);const __filename=__toPath(import.meta.url);const __dirname=__dir(__filename);',
    },
    logLevel: "error" as const,
  };
}
