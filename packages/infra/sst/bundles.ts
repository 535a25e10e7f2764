// The bundles that the sandbox runs are those that AWS gets: SST's own bundling has no aliases and no plugins, and would make others. They
// are made in a process of its own, since the program that SST runs is itself bundled and has another esbuild beside it.
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

const BUNDLE_MILLISECONDS = 180_000;

/** Where a function's bundle lies, by its short name. */
export type Folders = Record<string, string>;

export async function foldersOf({ root, work }: { root: string; work: string }): Promise<Folders> {
  const script = join(root, "packages/infra/bundles/write-bundles.ts");
  const { stdout } = await promisify(execFile)(process.execPath, [script, join(work, "bundles")], {
    cwd: root,
    timeout: BUNDLE_MILLISECONDS,
  });
  return JSON.parse(stdout) as Folders;
}
