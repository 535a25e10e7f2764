// One layer of an image onto a root directory: files are laid over what is there, whiteouts take away
// (OCI image specification, "Image Layer Filesystem Changeset").
import { execFile } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const MAX_LIST_BYTES = 256 * 1024 * 1024;
const PREFIX = ".wh.";
const OPAQUE = ".wh..wh..opq";

export async function extractLayer(file: string, root: string): Promise<void> {
  const { stdout } = await run("tar", ["-tf", file], { maxBuffer: MAX_LIST_BYTES });
  const whiteouts = stdout.split("\n").filter((path) => basename(path).startsWith(PREFIX));
  // Before the layer's own files come: an opaque directory hides what lower layers had, not what this one brings.
  for (const path of whiteouts) takeAway(root, path);
  await run("tar", ["-xf", file, "-C", root, "--no-same-owner", "--exclude", `${PREFIX}*`]);
}

function takeAway(root: string, path: string): void {
  const clean = join("/", path);
  const directory = join(root, dirname(clean));
  const gone = basename(clean) === OPAQUE ? entriesOf(directory) : [basename(clean).slice(PREFIX.length)];
  for (const name of gone) rmSync(join(directory, name), { recursive: true, force: true });
}

function entriesOf(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
