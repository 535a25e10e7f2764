// Bundles sst.config.ts as SST's CLI does before it hands it to Pulumi (SST 4.17.1, pkg/js/js.go and pkg/project/run.go): the
// platform's components become globals of every file of ours, and what the platform has in node_modules stays outside.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, join, relative } from "node:path";
import type { Plugin } from "esbuild";

/** One change of the source, for tests that must see it noticed. `from` must be there exactly once. */
export type Change = { file: string; from: string; to: string };

export type BundleOptions = {
  root: string;
  code: string;
  outfile: string;
  globals: string;
  define: Record<string, string>;
  inject: string[];
  changes: Change[];
};

const BANNER = [
  'import { createRequire as __require } from "module";',
  "const require = __require(import.meta.url);",
  'import { fileURLToPath as __path, URL as __URL } from "url";',
  "const __filename = __path(import.meta.url);",
  'const __dirname = __path(new __URL(".", import.meta.url));',
].join("");

const OUTSIDE = [
  ...["@pulumi/*", "@pulumiverse/*", "@sst-provider/*", "@aws-sdk/*"],
  ...["undici", "esbuild", "archiver", "glob", "vite"],
];

export async function bundleProgram(options: BundleOptions): Promise<void> {
  const { root, code, outfile, define, inject } = options;
  const platform = join(root, ".sst/platform");
  // The platform's own esbuild, since its version is a part of what is proven.
  const { build } = createRequire(join(platform, "package.json"))("esbuild") as typeof import("esbuild");
  await build({
    stdin: { contents: code, resolveDir: root, sourcefile: "program.ts", loader: "ts" },
    bundle: true,
    format: "esm",
    platform: "node",
    mainFields: ["module", "main"],
    nodePaths: [join(platform, "node_modules")],
    external: OUTSIDE,
    banner: { js: BANNER },
    define,
    inject,
    outfile,
    logLevel: "silent",
    plugins: [noTopLevelImports, ownSources(options)],
  });
}

/** The CLI refuses them: the file is read once before anything is set up. */
const noTopLevelImports: Plugin = {
  name: "no-top-level-imports",
  setup(build) {
    build.onResolve({ filter: /.*/ }, ({ path, importer, kind }) => {
      if (basename(importer) !== "sst.config.ts" || kind !== "import-statement") return undefined;
      return { errors: [{ text: `sst.config.ts imports "${path}" at its top` }] };
    });
  },
};

function ownSources({ root, globals, changes }: BundleOptions): Plugin {
  return {
    name: "own-sources",
    setup(build) {
      const pending = new Set(changes);
      build.onLoad({ filter: /\.tsx?$/ }, async ({ path }) => {
        if (path.startsWith(join(root, ".sst"))) return undefined;
        let contents = await readFile(path, "utf8");
        for (const change of changes) {
          if (change.file !== relative(root, path)) continue;
          contents = changed(contents, change);
          pending.delete(change);
        }
        return {
          contents: path.endsWith("sst.config.ts") ? contents : `${globals}\n${contents}`,
          loader: "ts",
        };
      });
      build.onEnd(() => ({
        errors: [...pending].map(({ file }) => ({ text: `${file} is no part of the program` })),
      }));
    },
  };
}

function changed(contents: string, { file, from, to }: Change): string {
  const parts = contents.split(from);
  if (parts.length !== 2) throw new Error(`${file} has "${from}" ${parts.length - 1} times, not once`);
  return parts.join(to);
}
