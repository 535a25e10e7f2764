// From a unit to a running process: environment, user, directory and command line. What cannot be done ends with the
// exit status that systemd.exec(5) "Process Exit Codes" gives it, and a sentence for the journal.
import { existsSync, readFileSync, statSync } from "node:fs";
import { userInfo } from "node:os";
import { delimiter, isAbsolute, join } from "node:path";
import { EXIT_NAMESPACE, mounted } from "../ground/mounts.ts";
import { type MachineFacts, machineEnvironment, machineMarks, nodeOptions } from "./environment.ts";
import { launch, type ProcessGroup } from "./process-group.ts";
import type { Unit } from "./unit-file.ts";
import { expandWords, parseEnvironmentFile, splitWords } from "./unit-words.ts";

/** `status` as of systemd.exec(5); 0 where there was no process at all (Result=resources). */
export class LaunchError extends Error {
  readonly status: number;
  constructor(status: number, message: string, cause?: unknown) {
    super(message, { cause });
    this.status = status;
    this.name = "LaunchError";
  }
}

/** `follow` is given the processes that run before the main one. */
export async function launchUnit(
  unit: Unit,
  name: string,
  machine: MachineFacts,
  follow: (group: ProcessGroup) => void = () => {},
): Promise<ProcessGroup> {
  const specify = specifiers(name, machine);
  const env = unitEnvironment(unit, machine, specify);
  const user = userInfo().username;
  if (unit.user !== undefined && unit.user !== user)
    throw new LaunchError(217, `User=${unit.user}: a sandbox machine runs everything as ${user}.`);
  const output = unit.journal ? "pipe" : "ignore";
  const begin = async (words: string[], seesBinds = true) => {
    const cwd = workingDirectory(unit, machine, specify);
    const line = commandLine(words.map(specify), env);
    const argv = seesBinds ? withBinds(line, unit, { name, machine, cwd, specify }) : line;
    try {
      return await launch({ argv, cwd, env, stdio: ["ignore", output, output] });
    } catch (error) {
      throw new LaunchError(203, `Failed to execute ${argv[0]}: ${(error as Error).message}`, error);
    }
  };
  for (const { argv, ignoreFailure, seesBinds } of unit.startsBefore) {
    const group = await begin(argv, seesBinds);
    follow(group);
    const { code } = await group.exited;
    if (code !== 0 && !ignoreFailure)
      throw new LaunchError(code ?? 1, `Control process exited, code=exited, status=${code}`);
  }
  return begin(unit.execStart);
}

function unitEnvironment(unit: Unit, machine: MachineFacts, specify: Specify): Record<string, string> {
  const env: Record<string, string> = { ...machineEnvironment(machine) };
  delete env.NODE_OPTIONS;
  for (const assignment of unit.environment) {
    const equals = assignment.indexOf("=");
    if (equals > 0) env[assignment.slice(0, equals)] = specify(assignment.slice(equals + 1));
  }
  for (const { path, optional } of unit.environmentFiles)
    Object.assign(env, readEnvironmentFile(specify(path), optional));
  return { ...env, ...machineMarks(machine), NODE_OPTIONS: nodeOptions(env.NODE_OPTIONS) };
}

function readEnvironmentFile(path: string, optional: boolean): Record<string, string> {
  if (!isAbsolute(path)) throw new LaunchError(0, `EnvironmentFile=${path} is not absolute.`);
  if (!existsSync(path)) {
    if (optional) return {};
    throw new LaunchError(0, `Failed to load environment files: ${path}: No such file or directory`);
  }
  return parseEnvironmentFile(readFileSync(path, "utf8"));
}

function workingDirectory(unit: Unit, machine: MachineFacts, specify: Specify): string {
  const value = unit.workingDirectory;
  if (value === undefined || value === "~") return machine.directory;
  const path = specify(value.replace(/^-/, ""));
  if (existsSync(path) && statSync(path).isDirectory()) return path;
  if (value.startsWith("-")) return machine.directory;
  throw new LaunchError(
    200,
    `Changing to the requested working directory failed: ${path}: No such directory`,
  );
}

function commandLine([program, ...rest]: string[], env: Record<string, string>): string[] {
  return [findProgram(program!, env.PATH ?? ""), ...expandWords(rest, env)];
}

function findProgram(program: string, path: string): string {
  if (program.includes("/")) return program;
  const found = path.split(delimiter).find((directory) => existsSync(join(directory, program)));
  if (!found)
    throw new LaunchError(203, `Unable to locate executable '${program}': No such file or directory`);
  return join(found, program);
}

type Specify = (value: string) => string;
type Place = { name: string; machine: MachineFacts; cwd: string; specify: Specify };

/** systemd makes the mounts before anything of the unit runs, and the folders that they need. */
function withBinds(argv: string[], { binds }: Unit, { name, machine, cwd, specify }: Place): string[] {
  const there = binds
    .map(({ source, path, optional }) => ({ source: specify(source), path: specify(path), optional }))
    .filter(({ source, optional }) => !optional || existsSync(source));
  try {
    return mounted(argv, { binds: there, scratch: join(machine.directory, "run", "mounts", name), cwd });
  } catch (error) {
    const { message } = error as Error;
    throw new LaunchError(EXIT_NAMESPACE, `Failed to set up mount namespacing: ${message}`, error);
  }
}

/** systemd.unit(5) "Specifiers", those that mean something here. */
function specifiers(name: string, machine: MachineFacts): Specify {
  const prefix = name.replace(/\.service$/, "");
  const values: Record<string, string> = {
    n: name,
    N: prefix,
    p: prefix.split("@")[0]!,
    i: prefix.split("@")[1] ?? "",
    H: machine.id,
    h: machine.directory,
    u: userInfo().username,
    T: join(machine.directory, "tmp"),
    "%": "%",
  };
  return (value) =>
    value.replace(/%(.)/g, (match, letter: string) => {
      const known = values[letter];
      if (known === undefined)
        throw new LaunchError(0, `Specifier ${match} is not supported on a sandbox machine.`);
      return known;
    });
}

/** For messages: the words of the command as a person would type them. */
export function programName(unit: Unit): string {
  const path = unit.execStart[0] ?? "";
  const word = path.endsWith("/env") ? (unit.execStart[1] ?? path) : path;
  return splitWords(word)[0]?.split("/").at(-1) ?? word;
}
