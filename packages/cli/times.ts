// Times as people read them.

export function seconds(milliseconds: number): string {
  if (milliseconds < 0) return "0 s";
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  const whole = Math.round(milliseconds / 1000);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** `2026-01-31T12:00:05.123Z` → `2026-01-31 12:00:05`, in UTC. */
export function moment(instant: string | null): string {
  return instant === null ? "–" : instant.slice(0, 19).replace("T", " ");
}

export function clock(instant: string): string {
  return instant.slice(11, 19);
}

export function between(startedAt: string | null, endedAt: string | null, now: number): number {
  if (startedAt === null) return 0;
  return (endedAt === null ? now : Date.parse(endedAt)) - Date.parse(startedAt);
}
