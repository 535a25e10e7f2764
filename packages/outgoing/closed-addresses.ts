// Which addresses an outside party may lead us to: public ones only. Private, loopback, link-local (the credentials of
// AWS lie at 169.254.169.254), shared, documentation and multicast ranges are closed (IANA special-purpose registries).
import { BlockList, isIP } from "node:net";

const RANGES_V4 = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
] as const;

/** Ranges that carry IPv4 addresses inside (mapped, NAT64, 6to4, Teredo) are closed as a whole. */
const RANGES_V6 = [
  ["::", 96],
  ["::ffff:0:0", 96],
  ["64:ff9b::", 96],
  ["64:ff9b:1::", 48],
  ["100::", 64],
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
  ["5f00::", 16],
  ["fc00::", 7],
  ["fe80::", 10],
  ["fec0::", 10],
  ["ff00::", 8],
] as const;

// A list each: in one, the range of mapped addresses would close every IPv4 address.
const [closedV4, closedV6] = [new BlockList(), new BlockList()];
for (const [net, bits] of RANGES_V4) closedV4.addSubnet(net, bits, "ipv4");
for (const [net, bits] of RANGES_V6) closedV6.addSubnet(net, bits, "ipv6");

/** Of a literal address, in brackets or not; a name is not judged here. */
export function isClosedAddress(host: string): boolean {
  const address = literal(host);
  const version = isIP(address);
  if (version === 6) return closedV6.check(address, "ipv6");
  return version === 4 && closedV4.check(address, "ipv4");
}

/** As a URL or a resolver writes it, without brackets and zone. */
export function literal(host: string): string {
  return host.replace(/^\[(.*)\]$/, "$1").replace(/%.*$/, "");
}
