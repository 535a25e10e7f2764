// When an environment takes no new releases: in a freeze, and, where it has maintenance windows, outside of them. Pure;
// windows go by the wall clock of their own time zone, summer time included. Ways back, scaling, healing and removing
// are not held up by it: they are what one wants to be able to do in a freeze.
import type { Deployment } from "../domain/deployment.ts";
import { instantOfWall, offsetMs } from "../schedule/wall-clock.ts";

export const DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"] as const;
export type Day = (typeof DAYS)[number];

/** From an instant up to another, the latter not included. */
export type Freeze = { from: string; to: string; reason: string };

/** `from` and `to` are `HH:MM` on the wall clock; where `to` is not after `from` it is the next day's. */
export type MaintenanceWindow = { days: Day[]; from: string; to: string; timezone: string };

export type Calendar = { freezes?: Freeze[]; maintenance?: MaintenanceWindow[] };

/** `opensAt`: an instant; `null` where it never opens by what is known. */
export type Closed = { reason: string; opensAt: string | null };

/** `closesAt`: an instant to come. */
export type Closing = { reason: string; closesAt: string };

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** A freeze may follow a freeze, and a window lie in one: so many times it is looked on. */
const MOST_LOOKS = 200;

/** `null` while it is open. */
export function closedAt(calendar: Calendar, nowMs: number): Closed | null {
  const why = whyClosed(calendar, nowMs);
  if (why === null) return null;
  return { reason: why.reason, opensAt: opening(calendar, why.untilMs) };
}

/** When it closes next, and why then; `null` while it is closed, and where nothing within the week to come closes it. */
export function nextClosing(calendar: Calendar, nowMs: number): Closing | null {
  if (whyClosed(calendar, nowMs) !== null) return null;
  const { freezes = [], maintenance = [] } = calendar;
  const freezing = freezes.map(({ from }) => Date.parse(from));
  const ends = spansAround(maintenance, nowMs).map(({ toMs }) => toMs);
  const ahead = [...freezing, ...ends].filter((atMs) => atMs > nowMs).sort((a, b) => a - b);
  for (const atMs of ahead) {
    const why = whyClosed(calendar, atMs);
    if (why && atMs - nowMs <= 7 * DAY_MS)
      return { reason: why.reason, closesAt: new Date(atMs).toISOString() };
  }
  return null;
}

/** Whether a freeze holds this deployment up. */
export function isHeldByFreeze(
  deployment: Pick<Deployment, "trigger" | "purpose" | "override" | "wayBack">,
): boolean {
  if (deployment.override !== undefined || deployment.wayBack) return false;
  if (deployment.trigger === "healing") return false;
  return deployment.purpose === undefined || deployment.purpose === "restart";
}

/** A sentence for people: `prod is frozen until 2027-01-02T00:00:00.000Z: year's end`. */
export function closedSentence(environment: string, { reason, opensAt }: Closed): string {
  return `${environment} takes no releases ${opensAt === null ? "by its calendar" : `until ${opensAt}`}: ${reason}.`;
}

type Why = { reason: string; untilMs: number | null };

function whyClosed({ freezes = [], maintenance = [] }: Calendar, atMs: number): Why | null {
  const freeze = freezes.find(({ from, to }) => Date.parse(from) <= atMs && atMs < Date.parse(to));
  if (freeze) return { reason: `frozen, ${freeze.reason}`, untilMs: Date.parse(freeze.to) };
  if (maintenance.length === 0) return null;
  const spans = spansAround(maintenance, atMs);
  if (spans.some(({ fromMs, toMs }) => fromMs <= atMs && atMs < toMs)) return null;
  const next = spans.filter(({ fromMs }) => fromMs > atMs).map(({ fromMs }) => fromMs);
  return { reason: "outside its maintenance windows", untilMs: next.length === 0 ? null : Math.min(...next) };
}

function opening(calendar: Calendar, fromMs: number | null): string | null {
  let atMs = fromMs;
  for (let look = 0; look < MOST_LOOKS && atMs !== null; look++) {
    const why = whyClosed(calendar, atMs);
    if (why === null) return new Date(atMs).toISOString();
    atMs = why.untilMs;
  }
  return null;
}

type Span = { fromMs: number; toMs: number };

/** Of the day before (it may reach into this one) and the week to come. */
function spansAround(windows: MaintenanceWindow[], atMs: number): Span[] {
  return windows.flatMap((window) => {
    const todayWall = Math.floor((atMs + offsetMs(atMs, window.timezone)) / DAY_MS) * DAY_MS;
    return Array.from({ length: 9 }, (_, i) => todayWall + (i - 1) * DAY_MS)
      .filter((wall) => window.days.includes(DAYS[new Date(wall).getUTCDay()]!))
      .map((wall) => spanOf(window, wall));
  });
}

function spanOf({ from, to, timezone }: MaintenanceWindow, midnightWall: number): Span {
  const begins = midnightWall + clockMs(from);
  const ends = midnightWall + clockMs(to) + (clockMs(to) > clockMs(from) ? 0 : DAY_MS);
  const fromMs = instantFrom(begins, timezone);
  const toMs = instantFrom(ends, timezone);
  // Where the beginning was moved behind the end, it is as long as it is on any other day.
  return { fromMs, toMs: toMs > fromMs ? toMs : fromMs + (ends - begins) };
}

/** What the clock jumps over in spring is the hour after. */
function instantFrom(wallMs: number, timezone: string): number {
  return instantOfWall(wallMs, timezone) ?? instantOfWall(wallMs + HOUR_MS, timezone) ?? wallMs;
}

function clockMs(text: string): number {
  const [hours, minutes] = text.split(":").map(Number);
  return hours! * HOUR_MS + minutes! * 60_000;
}
