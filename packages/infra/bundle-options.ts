// How a handler becomes a Lambda bundle: everything in one ES module, the SDK clients it uses included, since the
// runtime's own copy changes without notice.

export function bundleOptions(entry: string) {
  return {
    entryPoints: [entry],
    bundle: true as const,
    minify: true,
    keepNames: true,
    platform: "node" as const,
    target: "node24",
    format: "esm" as const,
    mainFields: ["module", "main"],
    // ssh2's optional native parts: it falls back to Node's own crypto without them.
    external: ["cpu-features", "*.node"],
    // CommonJS packages inside an ES module still ask for these three.
    banner: {
      js: 'import{createRequire as __createRequire}from"node:module";import{fileURLToPath as __toPath}from"node:url";import{dirname as __dir}from"node:path";const require=__createRequire(import.meta.url);const __filename=__toPath(import.meta.url);const __dirname=__dir(__filename);',
    },
    logLevel: "error" as const,
  };
}
