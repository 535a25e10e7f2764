// Makes an image of a Dockerfile and a folder, instruction by instruction, without running anything.
import type { ContextFolder } from "./context-folder.ts";
import { DockerfileError, type Instruction, parseDockerfile } from "./dockerfile.ts";
import { type Draft, newDraft, variableOf } from "./draft.ts";
import { CREATED, configOf, digestOf, type Image } from "./image.ts";
import { OBEY } from "./instructions.ts";
import { wordsOf } from "./words.ts";

export type BuildOptions = {
  dockerfile: string;
  context: ContextFolder;
  buildArgs: Record<string, string>;
  labels?: Record<string, string>;
  log(line: string): void;
};

/** Throws DockerfileError. */
export async function buildImage(options: BuildOptions): Promise<Image> {
  const { instructions, escapeCharacter } = parseDockerfile(options.dockerfile);
  const draft = newDraft();
  const words = (text: string) => wordsOf(text, (name) => variableOf(draft, name), escapeCharacter);
  const { context, buildArgs } = options;
  for (const [index, instruction] of instructions.entries()) {
    const { keyword, text, line } = instruction;
    options.log(`Step ${index + 1}/${instructions.length} : ${keyword} ${text}`);
    const layersBefore = draft.layers.length;
    try {
      await OBEY[keyword]!(draft, instruction, { context, buildArgs, words });
    } catch (error) {
      throw new DockerfileError(line, `${keyword}: ${(error as Error).message}`);
    }
    note(draft, instruction, draft.layers.length > layersBefore);
  }
  warnOfUnused(draft, options);
  if (options.labels) draft.config.Labels = { ...draft.config.Labels, ...options.labels };
  const config = configOf(draft.config, draft.layers, draft.history);
  return { id: digestOf(config), config, layers: draft.layers, base: draft.base };
}

function note(draft: Draft, { keyword, text }: Instruction, madeLayer: boolean): void {
  const entry = { created: CREATED, created_by: `${keyword} ${text}` };
  draft.history.push(madeLayer ? entry : { ...entry, empty_layer: true });
}

function warnOfUnused(draft: Draft, { buildArgs, log }: BuildOptions): void {
  const known = new Set([...draft.args.keys(), ...draft.globalArgs.keys()]);
  const unused = Object.keys(buildArgs).filter((name) => !known.has(name));
  if (unused.length > 0) log(`[Warning] One or more build-args [${unused.join(" ")}] were not consumed`);
}
