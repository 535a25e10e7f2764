// An execution on disk: one line for everything that happens, appended before anything outside is told. The history
// that clients read and the place where each branch stands are both read back from these lines.
import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";

/** As GetExecutionHistory answers it; instants in milliseconds. */
export type HistoryEvent = { id: number; previousEventId: number; type: string; timestamp: number } & Record<
  string,
  unknown
>;

/** `path` names a branch: empty for the machine itself, `<entry>.<attempt>.<index>` below a Parallel or Map. */
export type Line =
  | {
      kind: "start";
      name: string;
      stateMachineArn: string;
      definitionSha256: string;
      roleArn: string;
      input: string;
      startedAtMs: number;
    }
  /** `variables`: the branch's own, where the last state changed them. */
  | { kind: "event"; path: string; event: HistoryEvent; entry?: number; variables?: Record<string, unknown> }
  | { kind: "wait"; path: string; untilMs: number }
  | { kind: "retry"; path: string; counts: number[]; untilMs: number }
  | { kind: "items"; path: string; items: unknown[] }
  | { kind: "token"; path: string; token: string; deadlineAtMs?: number; submitted: boolean }
  | { kind: "answer"; path: string; token: string; answer: TokenAnswer }
  | { kind: "branch"; path: string; output?: unknown; failed?: boolean };

export type TokenAnswer = { output: string } | { error: string; cause: string };

export type Journal = {
  append(line: Line): void;
  /** Everything appended so far is with the operating system: it survives this process. */
  flush(): void;
  /** Writes nothing from now on. */
  close(): void;
};

export function openJournal(path: string): Journal {
  mkdirSync(dirname(path), { recursive: true });
  // A journal that is carried on may end in half a line.
  let buffer = existsSync(path) ? "\n" : "";
  let scheduled = false;
  let closed = false;
  const flush = () => {
    scheduled = false;
    if (buffer === "" || closed) return;
    appendFileSync(path, buffer);
    buffer = "";
  };
  return {
    append(line) {
      if (closed) return;
      buffer += `${JSON.stringify(line)}\n`;
      if (scheduled) return;
      scheduled = true;
      setImmediate(flush);
    },
    flush,
    close() {
      flush();
      closed = true;
    },
  };
}

/** A line that a kill cut short is left out. */
export function readJournal(path: string): Line[] {
  const lines: Line[] = [];
  for (const text of readFileSync(path, "utf8").split("\n")) {
    if (text === "") continue;
    try {
      lines.push(JSON.parse(text) as Line);
    } catch {
      // Cut short by a kill: nothing was told to anybody on its account.
    }
  }
  return lines;
}
