// Builds the console with Vite when it is missing or older than its sources, so that a start costs nothing otherwise.
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

export async function buildConsole(root: string): Promise<void> {
  const web = join(root, "web");
  if (newestOf(join(web, "src")) < newestOf(join(web, "dist"))) return;
  const { build } = await import("vite");
  await build({ root: web, configFile: join(web, "vite.config.ts"), logLevel: "error" });
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
