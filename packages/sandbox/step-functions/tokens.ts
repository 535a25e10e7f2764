// Task tokens: who waits for which, and what is told to those who come too late. An answer is in the journal before
// its sender hears that it was taken.
import { randomUUID } from "node:crypto";
import { AwsError } from "../platform.ts";
import type { TokenAnswer } from "./journal.ts";

type Waiting = {
  /** Puts the answer into the journal, then wakes the task. */
  answer(answer: TokenAnswer): void;
  beat(): void;
};

export type TokenRegistry = ReturnType<typeof createTokens>;

export function createTokens(isExecution: (arn: string) => boolean) {
  const waiting = new Map<string, Waiting>();

  function find(token: unknown): { token: string; task: Waiting } {
    if (typeof token !== "string" || token.length === 0 || token.length > 2048) {
      throw new AwsError("InvalidToken", "Invalid token");
    }
    const task = waiting.get(token);
    if (task) return { token, task };
    const arn = executionOf(token);
    if (arn === undefined) throw new AwsError("InvalidToken", "Invalid token");
    if (isExecution(arn))
      throw new AwsError("TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'");
    throw new AwsError("TaskDoesNotExist", "Task does not exist");
  }

  return {
    issue: (executionArn: string) =>
      Buffer.from(JSON.stringify([executionArn, randomUUID()])).toString("base64url"),
    open: (token: string, task: Waiting) => void waiting.set(token, task),
    close: (token: string) => void waiting.delete(token),
    /** Takes the answer; a second one is too late. */
    answer(given: unknown, answer: TokenAnswer): void {
      const { token, task } = find(given);
      waiting.delete(token);
      task.answer(answer);
    },
    beat: (given: unknown) => find(given).task.beat(),
  };
}

/** The execution a token belongs to; undefined for what is no token. */
export function executionOf(token: string): string | undefined {
  try {
    const [arn] = JSON.parse(Buffer.from(token, "base64url").toString("utf8")) as [string];
    return typeof arn === "string" ? arn : undefined;
  } catch {
    return undefined;
  }
}
