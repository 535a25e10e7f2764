import { expect, test } from "vitest";
import { isClosedAddress } from "./closed-addresses.ts";

test.each([
  ["127.0.0.1", true],
  ["10.1.2.3", true],
  ["169.254.169.254", true],
  ["172.31.255.255", true],
  ["172.32.0.1", false],
  ["192.168.0.1", true],
  ["192.88.99.1", true],
  ["100.64.0.1", true],
  ["0.0.0.0", true],
  ["224.0.0.1", true],
  ["255.255.255.255", true],
  ["8.8.8.8", false],
  ["140.82.112.3", false],
  ["[::1]", true],
  ["::ffff:127.0.0.1", true],
  ["::ffff:8.8.8.8", true],
  ["64:ff9b::a00:1", true],
  ["fd00::1", true],
  ["fe80::1%eth0", true],
  ["fec0::1", true],
  ["3fff::1", true],
  ["2002:7f00:1::", true],
  ["[::ffff:a9fe:a9fe]", true],
  ["2606:4700::1111", false],
  ["example.com", false],
])("%s is closed: %s", (address, closed) => {
  expect(isClosedAddress(address)).toBe(closed);
});
