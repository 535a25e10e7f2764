import { expect, test } from "vitest";
import { createHosts, type Host } from "./hosts.ts";

const host = (id: string): Host => ({ id, address: "127.0.0.9", port: 80 });

function world(...ids: string[]) {
  const given = { now: 0, ids };
  const hosts = createHosts(
    () => given.ids.map(host),
    () => given.now,
  );
  const next = (count: number, not?: string) =>
    Array.from({ length: count }, () => hosts.next(not)?.id ?? null).join("");
  return { given, hosts, next };
}

test("hosts are asked in turn, and a second attempt goes elsewhere where it can", () => {
  const { given, next } = world("a", "b", "c");
  expect(next(6)).toBe("abcabc");
  expect(next(4, "a")).not.toContain("a");
  given.ids = ["a"];
  expect(next(1, "a")).toBe("a");
  given.ids = [];
  expect(next(1)).toBe("");
});

test("one with five failures in 30 s is left alone for 30 s, and longer the next time", () => {
  const { given, hosts, next } = world("a", "b");
  const fail = () => Array.from({ length: 5 }, () => hosts.failed("a"));
  for (let at = 0; at < 4; at++) hosts.failed("a");
  expect(next(2)).toMatch(/ab|ba/);
  given.now = 31_000;
  hosts.failed("a");
  expect(next(2)).toMatch(/ab|ba/);
  fail();
  expect(next(3)).toBe("bbb");
  given.now += 30_000;
  expect(next(2)).toMatch(/ab|ba/);
  fail();
  given.now += 59_999;
  expect(next(2)).toBe("bb");
  given.now += 1;
  expect(next(2)).toMatch(/ab|ba/);
});

test("where all of them fail, they are asked all the same; who left and came back begins anew", () => {
  const { given, hosts, next } = world("a");
  for (let at = 0; at < 5; at++) hosts.failed("a");
  expect(next(1)).toBe("a");
  given.ids = ["b"];
  expect(next(1)).toBe("b");
  given.ids = ["a", "b"];
  expect(next(2)).toMatch(/ab|ba/);
});
