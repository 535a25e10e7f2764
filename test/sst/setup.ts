// Before the first evaluation: the console and the bundles, which the program makes where they are missing, since files that are tested
// beside each other would all make them at once.
import { join } from "node:path";
import { buildConsole } from "#infra/build-console.ts";
import { foldersOf } from "#infra/sst/bundles.ts";
import { ROOT } from "#start/open-house.ts";

export const setup = async () => {
  await buildConsole(ROOT);
  await foldersOf({ root: ROOT, work: join(ROOT, ".sst") });
};
