// The wall clock of a time zone, and what becomes of the times that a change of the clocks leaves out or shows twice
// ("Daylight savings time" in the EventBridge Scheduler User Guide): the one is skipped, the other counts once.

const formats = new Map<string, Intl.DateTimeFormat>();
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** No clock is put back further at once. */
const LONGEST_STEP_MS = 3 * 60 * MINUTE_MS;

/** How far the wall clock of the zone is ahead of UTC at that instant. */
export function offsetMs(at: number, timeZone: string): number {
  if (timeZone === "UTC") return 0;
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-US", { timeZone, timeZoneName: "longOffset" });
    formats.set(timeZone, format);
  }
  const name = format.formatToParts(at).find((part) => part.type === "timeZoneName")?.value ?? "GMT";
  const [, sign, hours = "0", minutes = "0"] = /([+-])(\d\d):(\d\d)/.exec(name) ?? [];
  return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * MINUTE_MS;
}

/** Whether the clock, put back, has shown this time before. */
export function isShownAgain(at: number, timeZone: string): boolean {
  const stepMs = offsetMs(at - LONGEST_STEP_MS, timeZone) - offsetMs(at, timeZone);
  return stepMs > 0 && offsetMs(at - stepMs, timeZone) === offsetMs(at, timeZone) + stepMs;
}

/** The first instant at which the clock shows it; `wallMs` is that time as if it were UTC. `undefined` where it is jumped over. */
export function instantOfWall(wallMs: number, timeZone: string): number | undefined {
  const around = [wallMs - DAY_MS, wallMs + DAY_MS].map((at) => wallMs - offsetMs(at, timeZone));
  return around.filter((at) => at + offsetMs(at, timeZone) === wallMs).sort((a, b) => a - b)[0];
}
