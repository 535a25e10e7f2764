// Schedule expressions: `rate(5 minutes)`, `cron(0 12 * * ? *)`, `at(2026-11-24T12:00:00)`, with minute grain.
// Syntax: "Schedule types on EventBridge Scheduler" in its User Guide. Refused by name: `L`, `W` and `#`.
import { AwsError } from "../platform.ts";
import { instantOfWall, isShownAgain, offsetMs } from "./wall-clock.ts";

export type Schedule =
  | { type: "rate"; minutes: number }
  | { type: "cron"; fields: CronFields }
  /** The wall clock as if it were UTC. */
  | { type: "at"; wallMs: number };

export type CronFields = Record<
  "minute" | "hour" | "day" | "month" | "weekday" | "year",
  ReadonlySet<number>
>;

const MINUTE_MS = 60_000;
const UNIT_MINUTES: Record<string, number> = { minute: 1, hour: 60, day: 1440 };
const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const WEEKDAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/** Throws ValidationException. */
export function parseSchedule(expression: string): Schedule {
  const [, type, body = ""] = /^(rate|cron|at)\((.*)\)$/.exec(expression) ?? [];
  if (type === "rate") return parseRate(body, expression);
  if (type === "cron") return { type, fields: parseCron(body, expression) };
  if (type === "at") {
    const wallMs = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(body) ? Date.parse(`${body}Z`) : Number.NaN;
    if (!Number.isNaN(wallMs)) return { type, wallMs };
  }
  throw invalid(expression);
}

function parseRate(body: string, expression: string): Schedule {
  const [, count, unit] = /^([1-9]\d*) (minute|hour|day)s?$/.exec(body.trim()) ?? [];
  if (!count || !unit) throw invalid(expression);
  return { type: "rate", minutes: Number(count) * UNIT_MINUTES[unit]! };
}

function parseCron(body: string, expression: string): CronFields {
  const parts = body.trim().split(/\s+/);
  if (parts.length !== 6) throw invalid(expression);
  const [minute, hour, day, month, weekday, year] = parts as [string, string, string, string, string, string];
  // One of the two must say "whatever the other says".
  if ((day === "?") === (weekday === "?")) throw invalid(expression);
  const field = (text: string, low: number, high: number, names: string[] = [], base = 0) =>
    parseField(text, low, high, names, base, expression);
  return {
    minute: field(minute, 0, 59),
    hour: field(hour, 0, 23),
    day: field(day, 1, 31),
    month: field(month, 1, 12, MONTHS, 1),
    weekday: field(weekday, 1, 7, WEEKDAYS, 1),
    year: field(year, 1970, 2199),
  };
}

function parseField(
  text: string,
  low: number,
  high: number,
  names: string[],
  base: number,
  expression: string,
): ReadonlySet<number> {
  const numberOf = (word: string) => {
    const named = names.indexOf(word.toUpperCase());
    const value = named >= 0 ? named + base : Number(/^\d+$/.test(word) ? word : Number.NaN);
    if (!(value >= low && value <= high)) throw invalid(expression);
    return value;
  };
  const values = new Set<number>();
  for (const part of text === "?" ? ["*"] : text.split(",")) {
    const [range = "", step] = part.split("/");
    const [first = "", last] = range.split("-");
    const from = first === "*" ? low : numberOf(first);
    const single = last === undefined && step === undefined && first !== "*";
    const to = last !== undefined ? numberOf(last) : single ? from : high;
    const by = step === undefined ? 1 : numberIn(step, expression);
    for (let value = from; value <= to; value += by) values.add(value);
  }
  return values;
}

function numberIn(step: string, expression: string): number {
  if (!/^[1-9]\d*$/.test(step)) throw invalid(expression);
  return Number(step);
}

/** The first moment after `afterMs`, or `undefined` when there is none any more. `createdMs` is where a rate counts from. */
export function nextAt(
  schedule: Schedule,
  createdMs: number,
  afterMs: number,
  timeZone: string,
): number | undefined {
  if (schedule.type === "rate") {
    const everyMs = schedule.minutes * MINUTE_MS;
    return createdMs + Math.max(0, Math.floor((afterMs - createdMs) / everyMs) + 1) * everyMs;
  }
  if (schedule.type === "at") {
    const at = instantOfWall(schedule.wallMs, timeZone);
    return at !== undefined && at > afterMs ? at : undefined;
  }
  return nextCron(schedule.fields, afterMs, timeZone);
}

/** Walks forward by hours where the day or the hour is wrong, so that a change of the clocks is never jumped over. */
function nextCron(fields: CronFields, afterMs: number, timeZone: string): number | undefined {
  const lastYear = Math.max(...fields.year);
  let at = Math.floor(afterMs / MINUTE_MS) * MINUTE_MS + MINUTE_MS;
  for (;;) {
    const wall = new Date(at + offsetMs(at, timeZone));
    if (wall.getUTCFullYear() > lastYear) return undefined;
    if (!dayMatches(fields, wall) || !fields.hour.has(wall.getUTCHours()))
      at += (60 - wall.getUTCMinutes()) * MINUTE_MS;
    else if (!fields.minute.has(wall.getUTCMinutes())) at += MINUTE_MS;
    else if (isShownAgain(at, timeZone)) at += MINUTE_MS;
    else return at;
  }
}

function dayMatches(fields: CronFields, wall: Date): boolean {
  return (
    fields.year.has(wall.getUTCFullYear()) &&
    fields.month.has(wall.getUTCMonth() + 1) &&
    fields.day.has(wall.getUTCDate()) &&
    fields.weekday.has(wall.getUTCDay() + 1)
  );
}

export function checkTimeZone(timeZone: string): void {
  try {
    offsetMs(0, timeZone);
  } catch {
    throw new AwsError("ValidationException", `Invalid Schedule Expression Timezone ${timeZone}.`);
  }
}

function invalid(expression: string): AwsError {
  return new AwsError("ValidationException", `Invalid Schedule Expression ${expression}.`);
}
