// What functions print: `logs/<function>.log`, gathered for a moment and appended. A full file becomes `.1.log`.
import { appendFileSync, mkdirSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";

const fileLimitBytes = 4 * 1024 * 1024;
const gatherMs = 50;

export type Logs = ReturnType<typeof createLogs>;

export type LogParts = {
  directory: string;
  /** What a function prints that may not is lost. */
  mayWrite(name: string): boolean;
  /** Sees all that is appended. */
  onText(text: string): void;
};

export function createLogs({ directory, mayWrite, onText }: LogParts) {
  const folder = join(directory, "logs");
  mkdirSync(folder, { recursive: true });
  const gathered = new Map<string, string[]>();
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    const texts = [...gathered]
      .filter(([name]) => mayWrite(name))
      .map(([name, lines]) => ({ name, text: lines.join("") }));
    gathered.clear();
    for (const { name, text } of texts) append(join(folder, name), text);
    for (const { text } of texts) onText(text);
  }

  return {
    write(name: string, text: string): void {
      if (closed) return;
      const texts = gathered.get(name);
      const line = text.endsWith("\n") ? text : `${text}\n`;
      if (texts) texts.push(line);
      else gathered.set(name, [line]);
      timer ??= setTimeout(flush, gatherMs).unref();
    },
    flush,
    /** What is printed from now on is lost: its folder may be gone. */
    close(): void {
      flush();
      closed = true;
    },
  };
}

function append(path: string, text: string): void {
  const size = statSync(`${path}.log`, { throwIfNoEntry: false })?.size ?? 0;
  if (size + text.length > fileLimitBytes && size > 0) renameSync(`${path}.log`, `${path}.1.log`);
  appendFileSync(`${path}.log`, text);
}
