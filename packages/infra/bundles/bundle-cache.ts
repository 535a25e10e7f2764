// Bundles kept between starts, in node_modules/.cache/tutti. One is taken again only if the options, esbuild's version,
// and path, size and time of change of every file that went into it are what they were. A cache that cannot be read
// or written costs time and nothing else.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export type BundleQuestion = { short: string; options: object; assets: string[] };
export type KeptBundle = { zip: Uint8Array; sizeBytes: number };

export type BundleCache = {
  read(question: BundleQuestion): KeptBundle | undefined;
  /** `inputs`: paths below the root of everything that was bundled. */
  write(question: BundleQuestion, inputs: string[], bundle: KeptBundle): void;
};

type Entry = { key: string; stamps: [path: string, stamp: string][]; sizeBytes: number; zipSha256: string };

export function openBundleCache(root: string): BundleCache {
  const folder = join(root, "node_modules/.cache/tutti");
  // Resolution depends on what is installed, and esbuild's version is written in its package.
  const installed = stampOf(root, "package-lock.json") + stampOf(root, "package.json");
  const esbuild = stampOf(root, "node_modules/esbuild/package.json");
  const keyOf = (question: BundleQuestion) => digest(JSON.stringify([question, installed, esbuild]));
  return {
    read: (question) => {
      try {
        const entry = JSON.parse(readFileSync(join(folder, `${question.short}.json`), "utf8")) as Entry;
        if (entry.key !== keyOf(question)) return undefined;
        if (entry.stamps.some(([path, stamp]) => stampOf(root, path) !== stamp)) return undefined;
        const zip = new Uint8Array(readFileSync(join(folder, `${question.short}.zip`)));
        return digest(zip) === entry.zipSha256 ? { zip, sizeBytes: entry.sizeBytes } : undefined;
      } catch {
        return undefined;
      }
    },
    write: (question, inputs, { zip, sizeBytes }) => {
      const files = [...inputs, ...question.assets].filter((path) => !path.startsWith("("));
      const stamps = files.map((path): [string, string] => [path, stampOf(root, path)]);
      const entry: Entry = { key: keyOf(question), stamps, sizeBytes, zipSha256: digest(zip) };
      try {
        mkdirSync(folder, { recursive: true });
        writeWhole(join(folder, `${question.short}.zip`), zip);
        writeWhole(join(folder, `${question.short}.json`), JSON.stringify(entry));
      } catch {
        // A read-only node_modules: the next start bundles again.
      }
    },
  };
}

function stampOf(root: string, path: string): string {
  const stat = statSync(join(root, path), { throwIfNoEntry: false });
  return stat ? `${stat.size} ${stat.mtimeMs}` : "missing";
}

/** Two starts at once each write a file of their own and move it into place. */
function writeWhole(path: string, content: Uint8Array | string): void {
  const own = `${path}.${process.pid}`;
  writeFileSync(own, content);
  renameSync(own, path);
}

function digest(content: Uint8Array | string): string {
  return createHash("sha256").update(content).digest("hex");
}
