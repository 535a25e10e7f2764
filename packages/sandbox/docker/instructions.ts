// What each instruction does to the image in the making. `FROM node` has no layers of its own: the Node of whoever runs
// the image stands in for it, and the manifest says what the base was.
import type { ContextFolder } from "./context-folder.ts";
import { copy } from "./copy-instruction.ts";
import type { Instruction } from "./dockerfile.ts";
import { addLayer, type Draft, parentsOf } from "./draft.ts";
import {
  commandOf,
  healthcheckOf,
  pairsOf,
  portsOf,
  type Words,
  withEnv,
  workingDirectory,
} from "./settings.ts";

export type Surroundings = { context: ContextFolder; buildArgs: Record<string, string>; words: Words };

type Obey = (draft: Draft, instruction: Instruction, around: Surroundings) => void | Promise<void>;

const PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const NODE =
  /^(?:(?:docker\.io\/)?(?:library\/)?|public\.ecr\.aws\/docker\/library\/)node(?::([\w.-]+))?(?:@sha256:[0-9a-f]{64})?$/;

/** Each throws a sentence. */
export const OBEY: Record<string, Obey> = {
  FROM: (draft, { text }, { words }) => from(draft, words(text)),
  ARG: (draft, { text }, { words, buildArgs }) => declare(draft, pairsOrNames(text, words), buildArgs),
  COPY: (draft, instruction, { context, words }) => copy(draft, instruction, context, words),
  ADD: (draft, instruction, { context, words }) => copy(draft, instruction, context, words),
  async WORKDIR(draft, { text }, { words }) {
    const directory = workingDirectory(draft.config, words(text).join(" "));
    draft.config.WorkingDir = directory;
    await addLayer(draft, parentsOf(draft, `${directory}/x`));
  },
  ENV(draft, { text }, { words }) {
    draft.config.Env = withEnv(draft.config, pairsOf(text, words));
  },
  LABEL(draft, { text }, { words }) {
    draft.config.Labels = { ...draft.config.Labels, ...Object.fromEntries(pairsOf(text, words)) };
  },
  EXPOSE(draft, { text }, { words }) {
    draft.config.ExposedPorts = { ...draft.config.ExposedPorts, ...portsOf(words(text)) };
  },
  USER(draft, { text }, { words }) {
    draft.config.User = words(text).join(" ");
  },
  STOPSIGNAL(draft, { text }, { words }) {
    draft.config.StopSignal = words(text).join(" ");
  },
  HEALTHCHECK(draft, { flags, text }) {
    draft.config.Healthcheck = healthcheckOf(flags, text);
  },
  CMD(draft, { text }) {
    draft.config.Cmd = commandOf(text);
    draft.cmdIsOwn = true;
  },
  ENTRYPOINT(draft, { text }) {
    draft.config.Entrypoint = commandOf(text);
    // "If CMD is defined from the base image, setting ENTRYPOINT will reset CMD": the Dockerfile reference, ENTRYPOINT.
    if (!draft.cmdIsOwn) delete draft.config.Cmd;
  },
};

function from(draft: Draft, words: string[]): void {
  const [image = "", as, name] = words;
  if (words.length !== 1 && !(words.length === 3 && as?.toUpperCase() === "AS" && name))
    throw new Error('is "FROM image" or "FROM image AS name"');
  draft.globalArgs = new Map(draft.args);
  draft.args.clear();
  if (image === "scratch") {
    draft.config = { Env: [PATH] };
    return;
  }
  const node = NODE.exec(image);
  if (!node)
    throw new Error(
      `the base image ${image} is not available in this sandbox: there are node[:tag] and scratch`,
    );
  draft.base = `docker.io/library/node:${node[1] ?? "latest"}`;
  draft.config = { Env: [PATH, `NODE_VERSION=${process.versions.node}`], Cmd: ["node"] };
}

function pairsOrNames(text: string, words: Words): [string, string | undefined][] {
  return words(text).map((word) => {
    const cut = word.indexOf("=");
    return cut < 0 ? [word, undefined] : [word.slice(0, cut), word.slice(cut + 1)];
  });
}

function declare(draft: Draft, pairs: [string, string | undefined][], given: Record<string, string>): void {
  for (const [name, value] of pairs) draft.args.set(name, given[name] ?? value ?? draft.globalArgs.get(name));
}
