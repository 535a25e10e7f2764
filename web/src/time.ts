// Times for people, in the reader's zone; pages give the exact instant on demand.

// Made once: to make one takes as long as to format many.
const CLOCK = new Intl.DateTimeFormat([], { timeStyle: "medium", hourCycle: "h23" });
const DATE = new Intl.DateTimeFormat([], { dateStyle: "medium", timeStyle: "medium", hourCycle: "h23" });

export function clockTime(instant: string): string {
  return CLOCK.format(new Date(instant));
}

export function dateTime(instant: string): string {
  return DATE.format(new Date(instant));
}

/** `3.2 s`, `4 min 10 s`, `2 h 5 min`, `3 d 4 h`. */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, milliseconds) / 1000;
  if (seconds < 59.5) return `${seconds.toFixed(seconds < 9.95 ? 1 : 0)} s`;
  const minutes = Math.floor(Math.round(seconds) / 60);
  if (minutes < 60) return `${minutes} min ${Math.round(seconds) % 60} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** `12 s ago`; one whose clock runs behind reads `just now`, never a time to come. */
export function ago(instant: string, nowMs: number): string {
  const past = nowMs - Date.parse(instant);
  return past < 1000 ? "just now" : `${duration(past).split(" ").slice(0, 2).join(" ")} ago`;
}

/** `in 12 min`; what is past is due. */
export function ahead(instant: string, nowMs: number): string {
  const left = Date.parse(instant) - nowMs;
  return left < 1000 ? "now" : `in ${duration(left).split(" ").slice(0, 2).join(" ")}`;
}
