// Reads a Dockerfile into its instructions, each with its line: parsing is dockerfile-ast's (the parser behind the
// Dockerfile language server). What this sandbox cannot obey is refused here, before anything is made.
import { DockerfileParser, type Flag, type Instruction as Parsed } from "dockerfile-ast";

export type Instruction = {
  keyword: string;
  /** From 1. */
  line: number;
  flags: Record<string, string>;
  /** One line, without flags and comments; quotes and variables as they were written. */
  text: string;
};

/** Wrong or not available; the message names instruction and line. */
export class DockerfileError extends Error {
  constructor(line: number, message: string) {
    super(`Dockerfile:${line}: ${message}`);
    this.name = "DockerfileError";
  }
}

const FLAGS: Record<string, string[]> = {
  FROM: ["platform"],
  COPY: ["chown", "chmod", "link"],
  ADD: ["chown", "chmod", "link"],
  HEALTHCHECK: ["interval", "timeout", "start-period", "start-interval", "retries"],
};
const OBEYED = new Set(
  "FROM ARG WORKDIR COPY ADD ENV EXPOSE USER CMD ENTRYPOINT LABEL HEALTHCHECK STOPSIGNAL".split(" "),
);
const REASONS: Record<string, string> = {
  RUN: "nothing runs while an image is built here; build before, and COPY what came out",
  VOLUME: "a task of this sandbox mounts no volumes",
};

/** Throws DockerfileError. */
export function parseDockerfile(text: string): { instructions: Instruction[]; escapeCharacter: string } {
  const parsed = DockerfileParser.parse(text);
  const escapeCharacter = parsed.getEscapeCharacter();
  const instructions = parsed.getInstructions().map((one) => read(one, escapeCharacter));
  const froms = instructions.filter(({ keyword }) => keyword === "FROM");
  const first = instructions.find(({ keyword }) => keyword !== "ARG");
  if (!first) throw new DockerfileError(1, "there is no FROM");
  if (first.keyword !== "FROM")
    throw new DockerfileError(first.line, `${first.keyword} stands before the first FROM`);
  if (froms[1])
    throw new DockerfileError(
      froms[1].line,
      "FROM: builds of several stages are not available in this sandbox",
    );
  return { instructions, escapeCharacter };
}

function read(parsed: Parsed, escapeCharacter: string): Instruction {
  const keyword = parsed.getKeyword();
  const line = parsed.getRange().start.line + 1;
  if (!OBEYED.has(keyword)) {
    const reason = REASONS[keyword] ? `: ${REASONS[keyword]}` : "";
    throw new DockerfileError(line, `${keyword} is not available in this sandbox${reason}`);
  }
  const text = oneLine(parsed.getRawArgumentsContent() ?? "", escapeCharacter);
  if (text === "") throw new DockerfileError(line, `${keyword} needs an argument`);
  if (/^<<-?\w|\s<<-?["\w]/.test(text) && (keyword === "COPY" || keyword === "ADD"))
    throw new DockerfileError(line, `${keyword}: a here-document is not available in this sandbox`);
  return { keyword, line, flags: flagsOf(parsed, keyword, line), text };
}

function flagsOf(parsed: Parsed, keyword: string, line: number): Record<string, string> {
  const flags: Flag[] = "getFlags" in parsed ? (parsed as Parsed & { getFlags(): Flag[] }).getFlags() : [];
  const known = FLAGS[keyword] ?? [];
  const unknown = flags.find((flag) => !known.includes(flag.getName()));
  if (unknown)
    throw new DockerfileError(
      line,
      `${keyword} --${unknown.getName()} is not available in this sandbox${known.length > 0 ? `; there is ${known.map((name) => `--${name}`).join(", ")}` : ""}`,
    );
  return Object.fromEntries(flags.map((flag) => [flag.getName(), flag.getValue() ?? "true"]));
}

function oneLine(raw: string, escapeCharacter: string): string {
  const lines = raw.split(/\r?\n/).filter((line, index) => index === 0 || !/^\s*(#|$)/.test(line));
  return lines
    .map((line) => (line.trimEnd().endsWith(escapeCharacter) ? line.trimEnd().slice(0, -1) : line))
    .join("")
    .trim();
}
