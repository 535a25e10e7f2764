// The five fields of cron (POSIX crontab, with names and steps as everybody writes them), read into the values they stand
// for, and said in EventBridge Scheduler's six. What the one means and the other cannot say is refused.

export type CronField = "minute" | "hour" | "day of month" | "month" | "day of week";
/** The values of each field, rising. Sunday is 0. */
export type Cron = Record<CronField, number[]>;

type Range = { low: number; high: number; names?: string[] };

const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const WEEKDAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
const RANGES: Record<CronField, Range> = {
  minute: { low: 0, high: 59 },
  hour: { low: 0, high: 23 },
  "day of month": { low: 1, high: 31 },
  month: { low: 1, high: 12, names: MONTHS },
  // 7 is Sunday too.
  "day of week": { low: 0, high: 7, names: WEEKDAYS },
};
const FIELDS = Object.keys(RANGES) as CronField[];
const LONGEST_MONTHS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
/** CreateSchedule takes at most so many characters (EventBridge Scheduler API Reference, ScheduleExpression). */
const LONGEST_EXPRESSION = 256;

/** Throws a sentence without a subject: `minute must be 0 to 59, not 61`. */
export function parseCron(text: string): Cron {
  const parts = text.trim().split(/\s+/);
  if (parts.length !== FIELDS.length)
    throw new Error(
      `must have five fields (${FIELDS.join(", ")}), not ${text.trim() === "" ? 0 : parts.length}`,
    );
  const values = FIELDS.map((field, index) => fieldOf(field, parts[index]!));
  const cron = Object.fromEntries(FIELDS.map((field, index) => [field, values[index]!])) as Cron;
  const days = isEvery(cron, "day of month");
  if (!days && !isEvery(cron, "day of week"))
    throw new Error(
      "names a day of month and a day of week: cron takes either, EventBridge Scheduler cannot; make it two schedules",
    );
  if (!days && cron.month.every((month) => cron["day of month"][0]! > LONGEST_MONTHS[month - 1]!))
    throw new Error("never comes: no such month has that day");
  if (schedulerExpression(cron).length > LONGEST_EXPRESSION)
    throw new Error("is more than EventBridge Scheduler takes in one schedule; make it several");
  return cron;
}

function fieldOf(field: CronField, text: string): number[] {
  const found = text.split(",").flatMap((part) => partOf(field, part));
  const values = field === "day of week" ? found.map((value) => value % 7) : found;
  return [...new Set(values)].sort((a, b) => a - b);
}

function partOf(field: CronField, part: string): number[] {
  const { low, high } = RANGES[field];
  const [, range = "", step] = /^([^/]*)(?:\/(\d+))?$/.exec(part) ?? [];
  const [first = "", last, ...more] = range.split("-");
  const every = range === "*";
  if (range === "" || more.length > 0) throw unreadable(field, part);
  if (step !== undefined && !every && last === undefined)
    throw new Error(`${field} has a step without a range: write */${step} or ${first}-${high}/${step}`);
  const by = step === undefined ? 1 : Number(step);
  if (by < 1) throw new Error(`${field} must have a step of at least 1, not ${step}`);
  // Every day of the week is 0 to 6, or a step would count Sunday twice.
  const from = every ? low : numberOf(field, first);
  const to = every ? (field === "day of week" ? 6 : high) : last === undefined ? from : endOf(field, last);
  if (from > to) throw new Error(`${field} must rise, not ${part}`);
  return Array.from({ length: Math.floor((to - from) / by) + 1 }, (_, index) => from + index * by);
}

/** `SAT-SUN` ends with the Sunday after. */
function endOf(field: CronField, word: string): number {
  return field === "day of week" && word.toUpperCase() === "SUN" ? 7 : numberOf(field, word);
}

function numberOf(field: CronField, word: string): number {
  const { low, high, names = [] } = RANGES[field];
  const named = names.indexOf(word.toUpperCase());
  if (named >= 0) return named + low;
  if (!/^\d{1,2}$/.test(word)) throw unreadable(field, word);
  const value = Number(word);
  if (value < low || value > high) throw new Error(`${field} must be ${low} to ${high}, not ${value}`);
  return value;
}

function unreadable(field: CronField, part: string): Error {
  const names = RANGES[field].names ? `, names (${RANGES[field].names[0]})` : "";
  return new Error(`${field} must be *, numbers${names}, ranges, lists and steps, not ${part.slice(0, 20)}`);
}

/** `cron(0,30 8 ? * 2-6 *)`: of the two days one is always "?" (EventBridge Scheduler User Guide, "Cron-based schedules"). */
export function schedulerExpression(cron: Cron): string {
  const weekdays = isEvery(cron, "day of week")
    ? "?"
    : said(
        cron["day of week"].map((day) => day + 1),
        1,
        7,
      );
  const days = weekdays === "?" ? said(cron["day of month"], 1, 31) : "?";
  const fields = [said(cron.minute, 0, 59), said(cron.hour, 0, 23), days, said(cron.month, 1, 12), weekdays];
  return `cron(${fields.join(" ")} *)`;
}

export function isEvery(cron: Cron, field: CronField): boolean {
  const { low, high } = RANGES[field];
  return cron[field].length === (field === "day of week" ? 7 : high - low + 1);
}

function said(values: number[], low: number, high: number): string {
  if (values.length === high - low + 1) return "*";
  const parts: string[] = [];
  for (let i = 0; i < values.length; ) {
    let end = i;
    while (values[end + 1] === values[end]! + 1) end += 1;
    // Two neighbours are a list.
    if (end === i + 1) end = i;
    parts.push(end === i ? `${values[i]}` : `${values[i]}-${values[end]}`);
    i = end + 1;
  }
  return parts.join(",");
}
