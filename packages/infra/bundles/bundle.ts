// Makes of each function's handler the zip that Lambda takes: ES modules by esbuild, with the function's assets
// beside it. Both builders of the blueprint take them, so what runs here is what runs on AWS. A bundle whose inputs
// have not changed is read from the cache; esbuild is loaded only where one has.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join, relative } from "node:path";
import type { Metafile, OutputFile } from "esbuild";
import type { Zippable } from "fflate";
import type { FunctionBlueprint } from "../functions.ts";
import { type BundleCache, openBundleCache } from "./bundle-cache.ts";
import { bundleOptions } from "./bundle-options.ts";

/** `sizeBytes`: what a cold start reads of it. */
export type Bundle = { short: string; zip: Uint8Array; sizeBytes: number };

export async function bundleFunctions(root: string, functions: FunctionBlueprint[]): Promise<Bundle[]> {
  const cache = openBundleCache(root);
  const bundles = await Promise.all(functions.map((one) => bundleFunction(root, cache, one)));
  // esbuild is a process of its own, which would stay as long as this one.
  if (bundles.some(({ isNew }) => isNew)) await (await import("esbuild")).stop();
  return bundles.map(({ bundle }) => bundle);
}

async function bundleFunction(
  root: string,
  cache: BundleCache,
  one: FunctionBlueprint,
): Promise<{ bundle: Bundle; isNew: boolean }> {
  const options = {
    ...bundleOptions(join(root, one.handler)),
    write: false as const,
    metafile: true as const,
    absWorkingDir: root,
  };
  const assets = one.assets ? listFiles(join(root, one.assets)) : [];
  const question = { short: one.short, options, assets: assets.map((path) => relative(root, path)) };
  const kept = cache.read(question);
  if (kept) return { bundle: { short: one.short, ...kept }, isNew: false };
  const [{ build }, { zipSync }] = await Promise.all([import("esbuild"), import("fflate")]);
  const result = await build(options);
  const files = modulesOf(result);
  for (const path of assets) files[`web/${relative(join(root, one.assets!), path)}`] = readFileSync(path);
  // Level 1: it is unpacked again on this machine, so speed counts and size does not.
  const made = { zip: zipSync(files, { level: 1 }), sizeBytes: loadedBytes(result.metafile) };
  cache.write(question, Object.keys(result.metafile.inputs), made);
  return { bundle: { short: one.short, ...made }, isNew: true };
}

/** All files of a build, as they lie in the zip. */
export function modulesOf({ outputFiles }: { outputFiles: OutputFile[] }): Zippable {
  return Object.fromEntries(outputFiles.map(({ path, contents }) => [basename(path), contents]));
}

/** What a cold start reads: the entry and all that it imports at once. */
function loadedBytes({ outputs }: Metafile): number {
  const loaded = new Set<string>();
  const load = (path: string) => {
    if (loaded.has(path)) return;
    loaded.add(path);
    for (const { path: next, kind } of outputs[path]?.imports ?? [])
      if (kind === "import-statement" && next in outputs) load(next);
  };
  load("index.mjs");
  return [...loaded].reduce((sum, path) => sum + outputs[path]!.bytes, 0);
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
