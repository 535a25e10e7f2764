// What units wrote, one bounded text file per unit: a line per line with its time, in journalctl's short format.
// Appending is synchronous, so that a log line is on disk before whoever asks next.
import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Readable } from "node:stream";

const MAX_FILE_BYTES = 1024 * 1024;
const MAX_LINE_CHARACTERS = 48 * 1024; // journald.conf(5) LineMax=

export type Journal = {
  write(source: string, line: string): void;
  /** Every line of the stream, as it comes. */
  follow(stream: Readable, source: string): void;
  /** The last lines, oldest first. */
  tail(lines: number): string[];
};

export function createJournal(directory: string, unit: string, host: string): Journal {
  const path = join(directory, `${unit}.log`);
  mkdirSync(directory, { recursive: true });
  let size = existsSync(path) ? statSync(path).size : 0;

  function append(text: string): void {
    if (size > MAX_FILE_BYTES && existsSync(path)) {
      renameSync(path, `${path}.1`);
      size = 0;
    }
    try {
      appendFileSync(path, text);
    } catch (error) {
      // The machine was removed, and its directory with it: the last words of its processes have no place any more.
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
    size += Buffer.byteLength(text);
  }
  const format = (source: string, line: string) => `${timestamp(new Date())} ${host} ${source}: ${line}\n`;

  return {
    write: (source, line) => append(format(source, line)),
    follow(stream, source) {
      let rest = "";
      stream.setEncoding("utf8");
      stream.on("data", (chunk: string) => {
        const lines = (rest + chunk).split("\n");
        rest = lines.pop()!;
        if (rest.length > MAX_LINE_CHARACTERS) {
          lines.push(rest);
          rest = "";
        }
        if (lines.length > 0) append(lines.map((line) => format(source, line)).join(""));
      });
      stream.on("close", () => {
        if (rest) append(format(source, rest));
      });
      stream.on("error", () => {});
    },
    tail: (lines) => {
      const kept = readLines(path);
      const all = kept.length < lines ? [...readLines(`${path}.1`), ...kept] : kept;
      return lines === 0 ? [] : all.slice(-lines);
    },
  };
}

function readLines(path: string): string[] {
  if (!existsSync(path)) return [];
  return readFileSync(path, "utf8").split("\n").slice(0, -1);
}

/** `Nov 24 12:43:44`, in UTC. */
function timestamp(date: Date): string {
  const [, day, month, , time] = date.toUTCString().split(" ");
  return `${month} ${day} ${time}`;
}
