// Makes of each function's handler the zip that Lambda takes: one ES module by esbuild, with the function's assets
// beside it. The same options build the bundles on AWS, so what runs here is what runs there. A bundle whose inputs
// have not changed is read from the cache; esbuild is loaded only where one has.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import type { Zippable } from "fflate";
import type { FunctionBlueprint } from "#infra/blueprint.ts";
import { bundleOptions } from "#infra/bundle-options.ts";
import { type BundleCache, openBundleCache } from "./bundle-cache.ts";

export type Bundle = { short: string; zip: Uint8Array; sizeBytes: number };

export async function bundleFunctions(root: string, functions: FunctionBlueprint[]): Promise<Bundle[]> {
  const cache = openBundleCache(root);
  return Promise.all(functions.map((one) => bundleFunction(root, cache, one)));
}

async function bundleFunction(root: string, cache: BundleCache, one: FunctionBlueprint): Promise<Bundle> {
  const options = {
    ...bundleOptions(join(root, one.handler)),
    outfile: "index.mjs",
    write: false as const,
    metafile: true as const,
    absWorkingDir: root,
  };
  const assets = one.assets ? listFiles(join(root, one.assets)) : [];
  const question = { short: one.short, options, assets: assets.map((path) => relative(root, path)) };
  const kept = cache.read(question);
  if (kept) return { short: one.short, ...kept };
  const [{ build }, { zipSync }] = await Promise.all([import("esbuild"), import("fflate")]);
  const result = await build(options);
  const code = result.outputFiles.find((file) => file.path.endsWith("index.mjs"))!.contents;
  const files: Zippable = { "index.mjs": code };
  for (const path of assets) files[`web/${relative(join(root, one.assets!), path)}`] = readFileSync(path);
  // Level 1: it is unpacked again on this machine, so speed counts and size does not.
  const made = { zip: zipSync(files, { level: 1 }), sizeBytes: code.length };
  cache.write(question, Object.keys(result.metafile.inputs), made);
  return { short: one.short, ...made };
}

/** None where there is no such folder: the console has not been built, and the API says so. */
function listFiles(folder: string): string[] {
  try {
    return readdirSync(folder).flatMap((name) => {
      const path = join(folder, name);
      return statSync(path).isDirectory() ? listFiles(path) : [path];
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
