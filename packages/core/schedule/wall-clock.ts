// The wall clock of a time zone. A wall time is written as the milliseconds that it would be in UTC.

const formats = new Map<string, Intl.DateTimeFormat>();
const DAY_MS = 86_400_000;

/** Named zones only: `+02:00` knows no summer. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    formatOf(name);
    return true;
  } catch {
    return false;
  }
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const there = formats.get(timeZone);
  if (there) return there;
  const made = new Intl.DateTimeFormat("en-US", { timeZone, timeZoneName: "longOffset" });
  formats.set(timeZone, made);
  return made;
}

/** How far the wall clock is ahead of UTC at that instant. */
export function offsetMs(atMs: number, timeZone: string): number {
  const name = formatOf(timeZone)
    .formatToParts(atMs)
    .find((part) => part.type === "timeZoneName")?.value;
  const [, sign, hours = "0", minutes = "0", seconds = "0"] =
    /([+-])(\d\d):(\d\d)(?::(\d\d))?/.exec(name ?? "") ?? [];
  return (sign === "-" ? -1000 : 1000) * (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds));
}

/** The first instant at which the clock shows it; `null` where the clock jumps over it. */
export function instantOfWall(wallMs: number, timeZone: string): number | null {
  const around = [wallMs - DAY_MS, wallMs + DAY_MS].map((atMs) => wallMs - offsetMs(atMs, timeZone));
  const shown = around.filter((atMs) => atMs + offsetMs(atMs, timeZone) === wallMs);
  return shown.length === 0 ? null : Math.min(...shown);
}
