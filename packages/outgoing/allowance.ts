// What an environment opens of the closed addresses. A range or an address opens what it says. A name opens only the
// private ranges: loopback (a function's own runtime listens there) and link-local (credentials lie there) are opened by
// their address or not at all, so that no resolver can lead a trusted name to them.
import { BlockList, isIP, isIPv4 } from "node:net";
import { isClosedAddress, literal } from "./closed-addresses.ts";

export type Allowance = {
  /** Whether this address may be connected to for the sake of this host. */
  opens(host: string, address: string): boolean;
  /** Whether it was opened by an entry: what is inside may be spoken to without TLS. */
  names(host: string, address: string): boolean;
};

/** Names may begin with `*.`, which stands for one or more labels. */
const NAME = /^(\*\.)?([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/;

/** What is wrong with an entry; `null` where nothing is. */
export function allowanceProblem(entry: string): string | null {
  const [address = "", bits, ...more] = entry.split("/");
  const version = isIP(address);
  if (version !== 0) {
    const most = version === 4 ? 32 : 128;
    const fits = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most);
    return fits && more.length === 0 ? null : `must have at most ${most} bits, not "${entry}"`;
  }
  const looksLikeAddress = /^[\d.]+$/.test(address) || address.includes(":");
  if (!looksLikeAddress && bits === undefined && entry.length <= 253 && NAME.test(entry)) return null;
  return `must be a host name, an address or a range such as 10.0.0.0/8, not "${entry}"`;
}

/** The entries have been checked. */
export function allowance(entries: string[]): Allowance {
  const v4 = new BlockList();
  const v6 = new BlockList();
  const hosts: string[] = [];
  for (const entry of entries) {
    const [address = "", bits] = entry.split("/");
    const version = isIP(address);
    if (version === 0) hosts.push(entry);
    else if (version === 4) v4.addSubnet(address, Number(bits ?? 32), "ipv4");
    else v6.addSubnet(address, Number(bits ?? 128), "ipv6");
  }
  const inRange = (address: string) =>
    isIPv4(address) ? v4.check(address, "ipv4") : v6.check(address, "ipv6");
  const names = (host: string, found: string) => {
    const address = literal(found);
    return inRange(address) || (isPrivate(address) && hosts.some((entry) => fits(entry, host)));
  };
  return { names, opens: (host, address) => !isClosedAddress(address) || names(host, address) };
}

export const NOTHING_PRIVATE = allowance([]);

function fits(entry: string, host: string): boolean {
  const name = host.toLowerCase().replace(/\.$/, "");
  return entry.startsWith("*.") ? name.endsWith(entry.slice(1)) : name === entry;
}

/** RFC 1918, RFC 6598 (shared) and RFC 4193 (unique local). */
const privateV4 = new BlockList();
for (const [net, bits] of [
  ["10.0.0.0", 8],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
  ["100.64.0.0", 10],
] as const)
  privateV4.addSubnet(net, bits, "ipv4");
const privateV6 = new BlockList();
privateV6.addSubnet("fc00::", 7, "ipv6");

export function isPrivate(address: string): boolean {
  return isIPv4(address) ? privateV4.check(address, "ipv4") : privateV6.check(address, "ipv6");
}
