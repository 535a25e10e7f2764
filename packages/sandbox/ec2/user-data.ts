// What cloud-init does with user data on a machine: a script is written beside the instance's other facts and run once,
// in the machine's directory, its output kept where it is kept on a real one.
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { Machine } from "../machines/machine.ts";

const OUTPUT = join("var", "log", "cloud-init-output.log");
// GetConsoleOutput answers the last 64 KB (EC2 API reference).
const CONSOLE_BYTES = 64 * 1024;

/** Resolves when the script has come to its end, which may be never. */
export async function runUserData(machine: Machine, userData: string): Promise<void> {
  const text = decode(userData);
  const directory = join(machine.directory, "var", "lib", "cloud", "instances", machine.id);
  mkdirSync(join(directory, "scripts"), { recursive: true, mode: 0o700 });
  mkdirSync(join(machine.directory, "var", "log"), { recursive: true });
  writeFileSync(join(directory, "user-data.txt"), text, { mode: 0o600 });
  const output = openSync(join(machine.directory, OUTPUT), "a");
  try {
    await runText(machine, join(directory, "scripts", "part-001"), text, output);
  } finally {
    closeSync(output);
  }
}

async function runText(machine: Machine, path: string, text: string, output: number): Promise<void> {
  if (!text.startsWith("#!")) {
    const kind = text.split("\n", 1)[0]!.slice(0, 80);
    writeFileSync(
      output,
      `cloud-init: user data that begins with "${kind}" is not implemented, only #! is.\n`,
    );
    return;
  }
  writeFileSync(path, text, { mode: 0o700 });
  try {
    const group = await machine.spawn({ argv: [path], stdio: ["ignore", output, output] });
    const { code, signal } = await group.exited;
    if (code !== 0)
      writeFileSync(output, `cloud-init: part-001 ended with ${signal ?? `exit code ${code}`}.\n`);
  } catch (error) {
    writeFileSync(output, `cloud-init: part-001 could not be run: ${(error as Error).message}\n`);
  }
}

function decode(userData: string): string {
  const bytes = Buffer.from(userData, "base64");
  return (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString("utf8");
}

/** The end of what the first boot printed; nothing printed is nothing here. */
export function consoleOf(machineDirectory: string): Buffer {
  try {
    return readFileSync(join(machineDirectory, OUTPUT)).subarray(-CONSOLE_BYTES);
  } catch {
    return Buffer.alloc(0);
  }
}
