// Which copies of a target are found under its name, `<app>.<namespace>`. Whoever asks gets an address and goes there without the load
// balancer between, so a copy joins when it is healthy and leaves before it is drained. Cloud Map takes a moment for either: what it was
// asked for is read back with `list`, and asked for again where it is not so.
// The SDK is a chunk of its own, read where an environment names a namespace.
import type { ServiceDiscoveryClient } from "@aws-sdk/client-servicediscovery";
import type { TargetContext } from "#core/driver/driver.ts";

/** `id`: the replica's. */
export type Entry = { id: string; address: string; port: number };

export type Names = {
  /** `null` where the environment names no namespace, or the target has no name yet. Read anew at each call. */
  list(target: Who): Promise<Entry[] | null>;
  /** Makes the name where there is none, before anything is changed. Throws `conflict` where it is somebody else's. */
  ensure(target: Who): Promise<void>;
  /** Entries that are there already cost nothing but the look. */
  join(target: Who, entries: Entry[]): Promise<void>;
  /** Whatever is found at these addresses; none there is fine. */
  leave(target: Who, addresses: Address[]): Promise<void>;
  /** All of them, and the name. Throws `conflict` until the last has left. */
  remove(target: Who): Promise<void>;
};

export type Who = Pick<TargetContext, "app" | "environment">;
export type Address = Pick<Entry, "address" | "port">;

/** Loaded when an environment names a namespace. */
export type Client = () => Promise<ServiceDiscoveryClient>;

const services = () => import("./service.ts");
const instances = () => import("./instances.ts");

const IPV4 = /^(\d{1,3}\.){3}\d{1,3}$/;

export function createNames(client: Client): Names {
  /** Ids of services by namespace and app: looked up once. */
  const known = new Map<string, string>();
  /** Those of them that were seen to be Tutti's own. */
  const ours = new Set<string>();
  const keyOf = ({ app, environment }: Who) => `${environment.discovery!.namespaceArn} ${app}`;
  const find = async (target: Who): Promise<string | null> => {
    const key = keyOf(target);
    const id = known.get(key) ?? (await (await services()).findService(await client(), target))?.Id;
    if (id) known.set(key, id);
    return id ?? null;
  };
  const forget = (target: Who) => {
    known.delete(keyOf(target));
    ours.delete(keyOf(target));
  };
  const list: Names["list"] = async (target) => {
    if (!target.environment.discovery) return null;
    const id = await find(target);
    const entries = id && (await (await instances()).readInstances(await client(), id));
    // Somebody has deleted it.
    if (id && entries === null) forget(target);
    return entries || null;
  };
  return {
    list,
    async ensure(target) {
      if (!target.environment.discovery || ours.has(keyOf(target))) return;
      const { ensureService } = await services();
      known.set(keyOf(target), await ensureService(await client(), target));
      ours.add(keyOf(target));
    },
    async join(target, entries) {
      const wanted = entries.filter(isNameable);
      if (!target.environment.discovery || wanted.length === 0) return;
      const found = (await list(target)) ?? [];
      const missing = wanted.filter((one) => !found.some((entry) => isSame(entry, one)));
      if (missing.length === 0) return;
      const [{ ensureService }, { register }] = await Promise.all([services(), instances()]);
      const serviceId = await ensureService(await client(), target);
      for (const one of missing) await register(await client(), serviceId, one);
    },
    async leave(target, addresses) {
      const found = addresses.length > 0 ? ((await list(target)) ?? []) : [];
      const leaving = found.filter((entry) => addresses.some((address) => isSame(entry, address)));
      for (const one of leaving)
        await (await instances()).deregister(await client(), (await find(target))!, one.id);
    },
    async remove(target) {
      if (!target.environment.discovery) return;
      await (await services()).deleteService(await client(), target);
      forget(target);
    },
  };
}

/** Names lead to IPv4 addresses: a host that is known by a name alone gets none. */
export function isNameable({ address }: Address): boolean {
  return IPV4.test(address);
}

export function isSame(a: Address, b: Address): boolean {
  return a.address === b.address && a.port === b.port;
}
