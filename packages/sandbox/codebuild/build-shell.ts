// The one shell in which all commands of a build run ("In version 0.2, CodeBuild runs all build commands in the same
// instance of the default shell": buildspec reference), so that variables and the working directory last. Commands are
// files that it sources, named over a pipe of their own; it answers each with an exit status. A command that ends the
// shell (`exit`) fails with that status, and the next one gets a new shell.
import { closeSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { launch, type ProcessGroup } from "../machines/process-group.ts";

export type BuildShell = {
  /** The exit status. */
  run(command: string): Promise<number>;
  /** Ends it and everything it started; what is run afterwards fails. */
  end(): Promise<void>;
};

export type ShellOptions = {
  /** For the files of the commands. */
  directory: string;
  cwd: string;
  env: Record<string, string>;
  /** Where output goes, appended. */
  log: string;
};

// Files 3 and 4 are the pipes; a command must see neither of them.
const DRIVER = 'while IFS= read -r file <&3; do . "$file" 3<&- 4>&- </dev/null; echo "$?" >&4; done';
const GRACE_MILLISECONDS = 1_000;

type Running = { group: ProcessGroup; commands: Writable; statuses: AsyncIterator<string> };

export function openBuildShell(options: ShellOptions): BuildShell {
  let running: Running | undefined;
  let ended = false;
  let count = 0;
  return {
    async run(command) {
      if (ended) return 1;
      running ??= await start(options);
      const { group, commands, statuses } = running;
      const file = join(options.directory, `command-${++count}.sh`);
      writeFileSync(file, `${command}\n`, { mode: 0o700 });
      commands.write(`${file}\n`);
      const status = await statuses.next();
      if (!status.done) return Number(status.value);
      running = undefined;
      const { code } = await group.exited;
      return code || 1;
    },
    async end() {
      ended = true;
      await running?.group.end("SIGTERM", GRACE_MILLISECONDS);
      running = undefined;
    },
  };
}

async function start({ cwd, env, log }: ShellOptions): Promise<Running> {
  const output = openSync(log, "a");
  try {
    const stdio = ["ignore", output, output, "pipe", "pipe"] as const;
    const group = await launch({ argv: ["/bin/sh", "-c", DRIVER], cwd, env, stdio: [...stdio] });
    const commands = group.child.stdio[3] as Writable;
    // A shell that is gone says so by its status, not by a broken pipe.
    commands.on("error", () => {});
    const lines = createInterface({ input: group.child.stdio[4] as Readable });
    return { group, commands, statuses: lines[Symbol.asyncIterator]() };
  } finally {
    closeSync(output);
  }
}
