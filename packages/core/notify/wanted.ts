// Which notices a receiver wants. Pure.
import { matchesAny, matchesPattern } from "../domain/access.ts";
import { NOTICE_TYPES, type Notice } from "../domain/notice.ts";
import type { Receiver } from "../domain/receiver.ts";

export function isWanted({ events, apps }: Receiver, { type, app }: Pick<Notice, "type" | "app">): boolean {
  return matchesAny(events, type) && matchesAny(apps, app);
}

/** Whether there is any type of notice that it matches. */
export function isKnownEvent(pattern: string): boolean {
  return NOTICE_TYPES.some((type) => matchesPattern(pattern, type));
}
