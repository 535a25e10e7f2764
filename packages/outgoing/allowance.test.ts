import { expect, test } from "vitest";
import { allowance, allowanceProblem } from "./allowance.ts";

test.each([
  [["10.0.0.0/8"], "hooks.example.com", "10.1.2.3", true],
  [["10.0.0.0/8"], "hooks.example.com", "11.1.2.3", true],
  [["10.0.0.0/8"], "hooks.example.com", "172.16.0.1", false],
  [["127.0.0.1"], "127.0.0.1", "127.0.0.1", true],
  [["127.0.0.1"], "127.0.0.2", "127.0.0.2", false],
  [["fd00::/8"], "hooks.example.com", "fd12::1", true],
  [["10.0.0.0/8"], "hooks.example.com", "::ffff:10.1.2.3", false],
  [["hooks.corp"], "hooks.corp", "10.0.0.1", true],
  [["hooks.corp"], "HOOKS.corp.", "10.0.0.1", true],
  [["hooks.corp"], "other.corp", "10.0.0.1", false],
  [["*.corp"], "a.b.corp", "192.168.1.1", true],
  [["*.corp"], "corp", "192.168.1.1", false],
  [["*.corp"], "evilcorp", "192.168.1.1", false],
])("%j opens %s at %s: %s", (entries, host, address, opens) => {
  expect(allowance(entries).opens(host, address)).toBe(opens);
});

test.each(["127.0.0.1", "169.254.169.254", "169.254.100.1", "::1", "fe80::1", "0.0.0.0", "224.0.0.1"])(
  "a name that is allowed and leads to %s is refused all the same",
  (address) => {
    expect(allowance(["hooks.corp"]).opens("hooks.corp", address)).toBe(false);
  },
);

test.each(["10.0.0.0/8", "127.0.0.1", "fd00::/8", "::1", "hooks.corp.internal", "*.corp.internal", "hooks"])(
  "%s is an entry",
  (entry) => {
    expect(allowanceProblem(entry)).toBeNull();
  },
);

test.each([
  ["10.0.0.0/33", 'must have at most 32 bits, not "10.0.0.0/33"'],
  ["fd00::/129", 'must have at most 128 bits, not "fd00::/129"'],
  ["10.0.0.0/", 'must have at most 32 bits, not "10.0.0.0/"'],
  ["10.0.0", 'must be a host name, an address or a range such as 10.0.0.0/8, not "10.0.0"'],
  ["*", 'must be a host name, an address or a range such as 10.0.0.0/8, not "*"'],
  ["", 'must be a host name, an address or a range such as 10.0.0.0/8, not ""'],
  [
    "https://hooks.corp",
    'must be a host name, an address or a range such as 10.0.0.0/8, not "https://hooks.corp"',
  ],
])("%j is none, and says so", (entry, problem) => {
  expect(allowanceProblem(entry)).toBe(problem);
});
