// The commands that were sent, on disk one file each: the newest are kept (AWS keeps them for 30 days). A command that
// was under way when the sandbox ended is Failed at its next start, since its processes were ended with it.
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { readJsonFile } from "../ground/files.ts";
import { type JsonFile, jsonFile } from "../json-file.ts";
import type { Platform } from "../platform.ts";
import { type CommandRecord, endInvocation, isOver } from "./command-record.ts";

const MAX_KEPT = 1_000;

export type CommandHistory = {
  find(id: string): CommandRecord | undefined;
  /** Newest first. */
  all(): CommandRecord[];
  add(command: CommandRecord): Promise<void>;
  save(command: CommandRecord): Promise<void>;
};

export function openHistory(platform: Platform): CommandHistory {
  const directory = join(platform.directory, "ssm", "commands");
  mkdirSync(directory, { recursive: true });
  const commands = new Map(loadAll(directory).map((command) => [command.id, command]));
  const files = new Map<string, JsonFile<CommandRecord>>();

  function save(command: CommandRecord): Promise<void> {
    const file = files.get(command.id) ?? jsonFile<CommandRecord>(join(directory, `${command.id}.json`));
    files.set(command.id, file);
    return file.save(() => command);
  }

  function forgetOldest(): void {
    const tooMany = [...commands.values()].slice(0, Math.max(0, commands.size - MAX_KEPT));
    for (const { id, invocations } of tooMany) {
      if (!invocations.every(isOver)) continue;
      commands.delete(id);
      files.delete(id);
      rmSync(join(directory, `${id}.json`), { force: true });
    }
  }

  for (const command of commands.values())
    if (endInterrupted(command, platform.now()))
      save(command).catch((error: Error) => platform.log(`ssm: ${error.message}`));
  return {
    find: (id) => commands.get(id),
    all: () => [...commands.values()].reverse(),
    add: (command) => {
      commands.set(command.id, command);
      forgetOldest();
      return save(command);
    },
    save,
  };
}

function endInterrupted(command: CommandRecord, now: number): boolean {
  const cut = command.invocations.filter((invocation) => !isOver(invocation));
  const stderr = "The agent was restarted while the command ran.";
  for (const invocation of cut) endInvocation(invocation, now, "Failed", "Undeliverable", { stderr });
  return cut.length > 0;
}

function loadAll(directory: string): CommandRecord[] {
  return readdirSync(directory)
    .filter((name) => name.endsWith(".json"))
    .map((name) => readJsonFile<CommandRecord>(join(directory, name)))
    .filter((command) => command !== undefined)
    .sort((a, b) => a.requestedAt - b.requestedAt);
}
