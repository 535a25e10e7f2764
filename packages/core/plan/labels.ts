// Names of steps, for people: short enough for one line of a terminal.

const NAMED = 3;

/** `web-1, web-2 and 8 more` */
export function nameReplicas(replicas: string[]): string {
  if (replicas.length <= NAMED + 1) return replicas.join(", ");
  return `${replicas.slice(0, NAMED).join(", ")} and ${replicas.length - NAMED} more`;
}
