// The exit codes of the contract, and which one a failure means.
import { ClientError } from "#client/client-error.ts";

export const EXIT = { done: 0, endedOtherwise: 1, wrongUse: 2, refused: 3, notReachable: 4 } as const;

/** Wrong use that the command line itself finds. */
export class UsageError extends Error {
  readonly lines: string[];
  constructor(message: string, lines: string[] = []) {
    super(message);
    this.name = "UsageError";
    this.lines = lines;
  }
}

export function exitCodeOf(error: unknown): number {
  if (!(error instanceof ClientError)) return EXIT.wrongUse;
  if (error.status === 401 || error.status === 403) return EXIT.refused;
  if (error.status === 0 || error.status >= 500) return EXIT.notReachable;
  return EXIT.wrongUse;
}
