import fc from "fast-check";
import { expect, test } from "vitest";
import { circleThrough, variableFor, withConnections } from "./connections.ts";

test("an app is named in capitals, with underscores", () => {
  expect(["orders", "orders-api", "a1-b2"].map(variableFor)).toEqual([
    "ORDERS_URL",
    "ORDERS_API_URL",
    "A1_B2_URL",
  ]);
});

test("what is there gets its address, what is not there yet none, and the manifest's own word stands", () => {
  const endpoints = new Map([
    ["orders", "http://127.0.0.1:8100"],
    ["users", null],
    ["mail", "http://127.0.0.1:8101"],
  ]);
  expect(withConnections({ MODE: "x", MAIL_URL: "https://mail.example" }, endpoints)).toEqual({
    MODE: "x",
    ORDERS_URL: "http://127.0.0.1:8100",
    MAIL_URL: "https://mail.example",
  });
});

test("the shortest circle is told, and none where there is none", () => {
  const connects = new Map([
    ["shop", ["orders", "users"]],
    ["orders", ["stock"]],
    ["stock", ["shop"]],
    ["users", ["shop"]],
    ["mail", ["mail-store"]],
  ]);
  expect(circleThrough("shop", connects)).toEqual(["shop", "users", "shop"]);
  expect(circleThrough("mail", connects)).toBeNull();
});

test("whatever connects to what, an end is found, and a circle that is told is one", () => {
  const names = fc.constantFrom("a", "b", "c", "d", "e", "f");
  fc.assert(
    fc.property(fc.array(fc.tuple(names, names), { maxLength: 20 }), (pairs) => {
      const connects = new Map<string, string[]>();
      for (const [from, to] of pairs) connects.set(from, [...(connects.get(from) ?? []), to]);
      const circle = circleThrough("a", connects);
      if (circle === null) return;
      expect([circle[0], circle.at(-1)]).toEqual(["a", "a"]);
      for (const [i, from] of circle.slice(0, -1).entries())
        expect(connects.get(from)).toContain(circle[i + 1]);
    }),
  );
});
