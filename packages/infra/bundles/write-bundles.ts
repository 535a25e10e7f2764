// `node write-bundles.ts FOLDER` writes each function's bundle there as a folder, and prints where each lies. A folder is named by what is
// in it and put into place whole, so that programs beside each other may write and read at once.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Unzipped, unzipSync } from "fflate";
import { blueprint } from "../blueprint.ts";
import { type Bundle, bundleFunctions } from "./bundle.ts";
import { removeOld } from "./remove-old.ts";

async function writeBundles(folder: string): Promise<Record<string, string>> {
  const root = join(fileURLToPath(import.meta.url), "../../../..");
  // Handlers and assets are the same for every installation.
  const plan = blueprint({ name: "tutti", account: "000000000000", region: "us-east-1" }, "");
  const bundles = await bundleFunctions(root, plan.functions);
  const places = bundles.map((one) => writeBundle(folder, one));
  removeOld(folder, places, Date.now());
  return Object.fromEntries(bundles.map((one, i) => [one.short, places[i]!]));
}

function writeBundle(folder: string, { short, zip }: Bundle): string {
  const files = unzipSync(zip);
  const place = join(folder, `${short}-${digestOf(files)}`);
  if (existsSync(place)) {
    // Asked for today: whoever else looks for old ones leaves it.
    utimesSync(place, new Date(), new Date());
    return place;
  }
  const own = `${place}.${process.pid}`;
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(own, name)), { recursive: true });
    writeFileSync(join(own, name), content);
  }
  try {
    renameSync(own, place);
  } catch (error) {
    // Somebody beside us was first, with the same content.
    rmSync(own, { recursive: true, force: true });
    if (!existsSync(place)) throw error;
  }
  return place;
}

/** A zip also says when it was made. */
function digestOf(files: Unzipped): string {
  const hash = createHash("sha256");
  for (const name of Object.keys(files).sort())
    hash.update(`${name} ${files[name]!.length}\n`).update(files[name]!);
  return hash.digest("hex").slice(0, 16);
}

console.log(JSON.stringify(await writeBundles(process.argv[2]!)));
