// Names inside the SST program are words run together: `events-sweep` is `EventsSweep`.
export function logicalName(name: string): string {
  return name
    .split("-")
    .map((word) => word[0]!.toUpperCase() + word.slice(1))
    .join("");
}
