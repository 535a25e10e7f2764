// Options of every list: the API gives a page at a time, and so does the command line.
import { type Command, InvalidArgumentError } from "commander";

export type PageOptions = { limit?: number; cursor?: string };

export function pageOptions(command: Command): Command {
  return command
    .option("--limit <count>", "how many (50; at most 200)", wholeNumber)
    .option("--cursor <cursor>", "where the page before ended");
}

/** Says how to go on, where there is more. */
export function restLine(cursor: string | null): string[] {
  return cursor === null ? [] : [`there is more: --cursor ${cursor}`];
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("It must be a whole number.");
  return Number(text);
}
