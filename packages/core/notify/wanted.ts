// Which notices a receiver wants. Pure.
import { matchesAny, matchesPattern } from "../domain/access.ts";
import { NOTICE_TYPES, type Notice } from "../domain/notice.ts";
import type { Receiver } from "../domain/receiver.ts";

/** A train is wanted where any of what it moves in this environment is. */
export function isWanted(
  { events, apps }: Receiver,
  { type, app, environment, train }: Pick<Notice, "type" | "app" | "environment" | "train">,
): boolean {
  const moved = (train?.targets ?? [])
    .filter((target) => target.endsWith(`/${environment}`))
    .map((target) => target.slice(0, target.indexOf("/")));
  const concerned = app === null ? moved : [app];
  return matchesAny(events, type) && concerned.some((one) => matchesAny(apps, one));
}

/** Whether there is any type of notice that it matches. */
export function isKnownEvent(pattern: string): boolean {
  return NOTICE_TYPES.some((type) => matchesPattern(pattern, type));
}
