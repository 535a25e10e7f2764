// One installation as a builder has made it, by names and plain values, so that what two builders made can be held against each
// other. What only AWS has (traces, log retention, encryption, architecture) is asserted on the graph by itself.
export type Built = {
  functions: Record<string, BuiltFunction>;
  roles: Record<string, { trust: unknown; policies: Record<string, unknown> }>;
  stateMachines: Record<string, { definition: unknown; role: string }>;
  /** By name, with what they say of themselves; the account's default one is nobody's. */
  buses: Record<string, string>;
  rules: Record<string, { bus: string; pattern: unknown; targets: { id: string; arn: string }[] }>;
  /** What may invoke a function, by function; sorted. */
  permissions: Record<string, string[]>;
  failureDestinations: Record<string, string>;
  /** Who may call a function's URL. */
  urls: Record<string, string>;
  schedules: Record<string, unknown>;
  tables: Record<string, unknown>;
  /** Where a bucket's events go. */
  buckets: Record<string, string>;
  projects: Record<string, unknown>;
  alarms: Record<string, unknown>;
};

export type BuiltFunction = {
  runtime: string;
  memoryMiB: number;
  timeoutSeconds: number;
  role: string;
  environment: Record<string, string>;
  /** Subnets and security groups, sorted; none where it is in no network. */
  network: string[];
};

/** Each difference by its path: `functions.tutti-api.memoryMiB: 512 here, 256 there`. */
export function differences(here: unknown, there: unknown, path = ""): string[] {
  if (isRecord(here) && isRecord(there)) {
    const keys = [...new Set([...Object.keys(here), ...Object.keys(there)])].sort();
    return keys.flatMap((key) => differences(here[key], there[key], path ? `${path}.${key}` : key));
  }
  const [one, other] = [JSON.stringify(here), JSON.stringify(there)];
  return one === other ? [] : [`${path}: ${one ?? "nothing"} here, ${other ?? "nothing"} there`];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
