// Names of copies that are yet to start: the platform names them when they are there (Progress.replicas).

/** `new-1`, `new-2`, …; counted on from `after`. */
export function standIns(count: number, after = 0): string[] {
  return Array.from({ length: count }, (_, index) => `new-${after + index + 1}`);
}
