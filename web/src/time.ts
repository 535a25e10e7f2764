// Times for people: in the reader's zone, with the exact instant on demand (the title of the element).

export function clockTime(instant: string): string {
  return new Date(instant).toLocaleTimeString([], { hour12: false });
}

export function dateTime(instant: string): string {
  return new Date(instant).toLocaleString([], { dateStyle: "medium", timeStyle: "medium", hour12: false });
}

/** `3.2 s`, `4 min 10 s`, `2 h 5 min`. */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, milliseconds) / 1000;
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
