// COPY and ADD as instructions: their words, flags and refusals; what comes where is copy.ts's.
import { posix } from "node:path";
import type { ContextFolder } from "./context-folder.ts";
import { copyEntries, type Owner } from "./copy.ts";
import type { Instruction } from "./dockerfile.ts";
import { addLayer, type Draft, parentsOf } from "./draft.ts";
import type { Words } from "./settings.ts";
import { execForm } from "./words.ts";

const ARCHIVE = /\.(tar|tar\.gz|tgz|tar\.bz2|tbz2?|tar\.xz|txz)$/;
/** Users that the image of Node has: https://github.com/nodejs/docker-node, "Non-root User". */
const USERS: Record<string, number> = { root: 0, node: 1000 };

export async function copy(
  draft: Draft,
  { keyword, text, flags }: Instruction,
  context: ContextFolder,
  words: Words,
): Promise<void> {
  const list = execForm(text)?.flatMap((word) => words(`"${word.replaceAll('"', '\\"')}"`)) ?? words(text);
  const sources = list.slice(0, -1);
  if (sources.length === 0) throw new Error("needs a source and a destination");
  if (keyword === "ADD") for (const source of sources) checkPlain(source);
  const wanted = list.at(-1)!;
  const absolute = posix.resolve(draft.config.WorkingDir ?? "/", wanted);
  const isFolder = /(^|\/)\.?$/.test(wanted) || draft.folders.has(absolute.slice(1));
  const destination = isFolder ? `${absolute.replace(/\/$/, "")}/` : absolute;
  const request = { sources, destination, owner: ownerOf(flags.chown), mode: modeOf(flags.chmod) };
  const entries = copyEntries(context, request);
  const within = isFolder || entries.some((one) => `/${one.path}`.startsWith(`${absolute}/`));
  await addLayer(draft, [...parentsOf(draft, within ? posix.join(absolute, "x") : absolute), ...entries]);
}

function checkPlain(source: string): void {
  if (/^[a-z+]+:\/\/|^git@/i.test(source))
    throw new Error(`${source}: fetching is not available in this sandbox`);
  if (ARCHIVE.test(source))
    throw new Error(`${source}: unpacking archives is not available in this sandbox; COPY takes it as it is`);
}

function ownerOf(chown: string | undefined): Owner {
  if (chown === undefined) return { uid: 0, gid: 0 };
  const [user = "", group = user] = chown.split(":");
  const idOf = (name: string) => {
    const id = /^\d+$/.test(name) ? Number(name) : USERS[name];
    if (id === undefined)
      throw new Error(`--chown: there is no user ${name}; there are root, node and numbers`);
    return id;
  };
  return { uid: idOf(user), gid: idOf(group) };
}

function modeOf(chmod: string | undefined): number | undefined {
  if (chmod === undefined) return undefined;
  if (!/^0?[0-7]{3,4}$/.test(chmod)) throw new Error(`--chmod: ${chmod} is not an octal mode such as 755`);
  return Number.parseInt(chmod, 8);
}
