// Builds the console with Vite when it is missing or older than its sources, so that a start costs nothing otherwise. Vite
// runs in a process of its own: what it loads would stay in the house for good.
import { execFile } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

const BUILD_MILLISECONDS = 60_000;

export async function buildConsole(root: string): Promise<void> {
  const web = join(root, "web");
  if (newestOf(join(web, "src")) < newestOf(join(web, "dist"))) return;
  const vite = join(root, "node_modules/vite/bin/vite.js");
  await promisify(execFile)(process.execPath, [vite, "build", web, "--logLevel", "error"], {
    cwd: web,
    timeout: BUILD_MILLISECONDS,
    // Whatever the shell says: built for development it is half as large again, and slower.
    env: { ...process.env, NODE_ENV: "production" },
  });
}

/** Milliseconds since the epoch of the newest file below; 0 where there is none. */
function newestOf(folder: string): number {
  try {
    const times = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs);
    return Math.max(0, ...times);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return 0;
    throw error;
  }
}
