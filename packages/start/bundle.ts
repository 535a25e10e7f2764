// Makes of each function's handler the zip that Lambda takes: one ES module by esbuild, with the function's assets
// beside it. The same options build the bundles on AWS, so what runs here is what runs there.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { build } from "esbuild";
import { type Zippable, zipSync } from "fflate";
import type { FunctionBlueprint } from "#infra/blueprint.ts";
import { bundleOptions } from "#infra/bundle-options.ts";

export type Bundle = { short: string; zip: Uint8Array; sizeBytes: number };

export async function bundleFunctions(root: string, functions: FunctionBlueprint[]): Promise<Bundle[]> {
  return Promise.all(functions.map((one) => bundleFunction(root, one)));
}

async function bundleFunction(root: string, one: FunctionBlueprint): Promise<Bundle> {
  const result = await build({
    ...bundleOptions(join(root, one.handler)),
    outfile: "index.mjs",
    write: false,
    absWorkingDir: root,
  });
  const code = result.outputFiles.find((file) => file.path.endsWith("index.mjs"))!.contents;
  const files: Zippable = { "index.mjs": code };
  if (one.assets) addFolder(files, join(root, one.assets), "web");
  // Level 1: it is unpacked again on this machine, so speed counts and size does not.
  return { short: one.short, zip: zipSync(files, { level: 1 }), sizeBytes: code.length };
}

function addFolder(files: Zippable, folder: string, prefix: string): void {
  for (const name of listFiles(folder)) files[`${prefix}/${relative(folder, name)}`] = readFileSync(name);
}

function listFiles(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? listFiles(path) : [path];
  });
}
