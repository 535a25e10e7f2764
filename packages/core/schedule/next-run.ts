// When a schedule comes next, as EventBridge Scheduler does it (User Guide, "Daylight savings time"): a time that the clock
// jumps over in spring is left out, one that it shows twice in autumn counts once.
import { type Cron, isEvery } from "./cron.ts";
import { instantOfWall, offsetMs } from "./wall-clock.ts";

const DAY_MS = 86_400_000;
/** A 29 February of a certain weekday comes within 28 years, or 40 around 2100. */
const MOST_DAYS = 41 * 366;

/** Milliseconds, after `afterMs`; `null` where none is near. */
export function nextRunMs(cron: Cron, timeZone: string, afterMs: number): number | null {
  const wallMs = afterMs + offsetMs(afterMs, timeZone);
  const today = Math.floor(wallMs / DAY_MS) * DAY_MS;
  // The day before too: at its end the clock may have been put back.
  for (let day = -1; day < MOST_DAYS; day++) {
    const midnight = today + day * DAY_MS;
    if (!isDay(cron, new Date(midnight))) continue;
    const found = runsOf(cron, midnight, timeZone).find((atMs) => atMs > afterMs);
    if (found !== undefined) return found;
  }
  return null;
}

function isDay(cron: Cron, day: Date): boolean {
  if (!cron.month.includes(day.getUTCMonth() + 1)) return false;
  return isEvery(cron, "day of week")
    ? cron["day of month"].includes(day.getUTCDate())
    : cron["day of week"].includes(day.getUTCDay());
}

function runsOf(cron: Cron, midnight: number, timeZone: string): number[] {
  const walls = cron.hour.flatMap((hour) =>
    cron.minute.map((minute) => midnight + (hour * 60 + minute) * 60_000),
  );
  return walls.flatMap((wall) => instantOfWall(wall, timeZone) ?? []).sort((a, b) => a - b);
}
