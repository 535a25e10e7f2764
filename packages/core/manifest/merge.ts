// Merging of blocks: the later word wins, objects are merged key by key, lists and scalars replace.

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Left out (`undefined`) means: as before. */
export function merge<T extends object>(base: T, over: object | undefined): T {
  const result: Record<string, unknown> = { ...(base as Record<string, unknown>) };
  for (const [key, value] of Object.entries(over ?? {})) {
    if (value === undefined) continue;
    const before = Object.hasOwn(result, key) ? result[key] : undefined;
    result[key] = isRecord(before) && isRecord(value) ? merge(before, value) : value;
  }
  return result as T;
}
