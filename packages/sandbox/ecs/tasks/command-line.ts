// What a container runs: the image's words under the task's, with Docker's rules, and paths led into the image's own
// root, since there is no chroot here.
import { existsSync } from "node:fs";
import { basename, delimiter, dirname, join } from "node:path";
import type { ContainerDefinition } from "@aws-sdk/client-ecs";
import type { ImageConfig } from "./image.ts";
import { TaskFailure } from "./live-task.ts";

const HOST_PATH = ["/usr/local/bin", "/usr/bin", "/bin"];

/** Docker: an entry point of the container's own drops the image's command. */
export function commandLine(
  config: ImageConfig,
  own: Pick<ContainerDefinition, "entryPoint" | "command">,
): string[] {
  const ownEntry = own.entryPoint?.length ? own.entryPoint : undefined;
  const ownCommand = own.command?.length ? own.command : undefined;
  const entry = ownEntry ?? config.Entrypoint ?? [];
  const command = ownCommand ?? (ownEntry ? [] : (config.Cmd ?? []));
  return [...entry, ...command];
}

/** Throws CannotStartContainerError where there is no such program. */
export function resolveCommand(words: string[], root: string, path: string): string[] {
  // The entry point of the official Node images runs `node` and what follows it, as the words do without it.
  const argv = basename(words[0] ?? "") === "docker-entrypoint.sh" ? words.slice(1) : words;
  if (argv.length === 0) throw cannotStart("No command specified");
  const [program, ...rest] = argv.map((word) => intoRoot(word, root));
  return [findProgram(program!, path), ...rest];
}

/** An absolute path that the image has is meant inside the image. */
export function intoRoot(word: string, root: string): string {
  return word.startsWith("/") && existsSync(join(root, word)) ? join(root, word) : word;
}

/** Node is this machine's, whatever the image brings: that one was built for another root. */
export function searchPath(imagePath: string | undefined, root: string): string {
  const inside = (imagePath ?? "").split(delimiter).filter((entry) => entry.startsWith("/"));
  return [
    dirname(process.execPath),
    ...inside.map((entry) => join(root, entry)).filter((entry) => existsSync(entry)),
    ...HOST_PATH,
  ].join(delimiter);
}

function findProgram(program: string, path: string): string {
  if (basename(program) === "node") return process.execPath;
  const places = program.includes("/")
    ? [program]
    : path.split(delimiter).map((entry) => join(entry, program));
  const found = places.find((place) => existsSync(place));
  if (found) return found;
  throw cannotStart(`exec: "${program}": executable file not found in $PATH: unknown`);
}

export const cannotStart = (message: string, cause?: unknown) =>
  new TaskFailure("CannotStartContainerError", `Error response from daemon: ${message}`, cause);
