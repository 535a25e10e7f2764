// What the command line touches of its process, so that tests can run it in theirs.
import { text } from "node:stream/consumers";

export type Io = {
  out(text: string): void;
  err(text: string): void;
  /** All of standard input. */
  input(): Promise<string>;
  env: Record<string, string | undefined>;
  cwd: string;
  /** Whether output is a terminal that can be drawn on in place. */
  terminal: boolean;
  color: boolean;
  columns(): number;
  rows(): number;
  now(): number;
};

export function processIo(process: NodeJS.Process): Io {
  const { stdout, stderr, env } = process;
  const terminal = stdout.isTTY === true && env.TERM !== "dumb";
  // A reader that went away (`tutti events … | head`) is no error of ours.
  stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit();
  });
  return {
    out: (line) => void stdout.write(line),
    err: (line) => void stderr.write(line),
    input: () => text(process.stdin),
    env,
    cwd: process.cwd(),
    terminal,
    // https://no-color.org: present and not empty.
    color: terminal && !env.NO_COLOR,
    columns: () => stdout.columns ?? 100,
    rows: () => stdout.rows ?? 30,
    now: () => Date.now(),
  };
}
