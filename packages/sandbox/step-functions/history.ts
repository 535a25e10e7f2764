// GetExecutionHistory: the events of the journal, a page at a time.

import { fault } from "./faults.ts";
import { readJournal } from "./journal.ts";

export type HistoryPage = { events: Record<string, unknown>[]; nextToken?: string };

type Wanted = {
  maxResults?: number;
  reverseOrder?: boolean;
  nextToken?: string;
  includeExecutionData?: boolean;
};

export function historyOf(journalPath: string, wanted: Wanted): HistoryPage {
  const events = readJournal(journalPath).flatMap((line) => (line.kind === "event" ? [line.event] : []));
  if (wanted.reverseOrder) events.reverse();
  const from = offsetOf(wanted.nextToken);
  const to = from + (wanted.maxResults || 100);
  const page = events.slice(from, to).map((event) => ({ ...event, timestamp: new Date(event.timestamp) }));
  return {
    events: wanted.includeExecutionData === false ? page.map(withoutData) : page,
    ...(to < events.length ? { nextToken: String(to) } : {}),
  };
}

export function offsetOf(token: string | undefined): number {
  if (token === undefined) return 0;
  const offset = Number(token);
  if (Number.isInteger(offset) && offset > 0) return offset;
  throw fault("InvalidToken", `Invalid Token: '${token}'`);
}

const data = ["input", "output", "parameters", "cause", "error", "assignedVariables"];

function withoutData(event: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(event).map(([key, value]) => {
      if (!key.endsWith("EventDetails")) return [key, value];
      const kept = Object.entries(value as object).filter(([field]) => !data.includes(field));
      return [key, Object.fromEntries(kept)];
    }),
  );
}
