import { expect, test } from "vitest";
import { filterItems } from "./filters.ts";

const ITEMS = [
  { name: "web-1", tags: { app: "shop", stage: "prod" } },
  { name: "web-2", tags: { app: "shop" } },
  { name: "a.b*c", tags: {} },
];
const FIELDS = { name: ({ name }: (typeof ITEMS)[number]) => [name] };

const named = (...filters: [name: string, ...values: string[]][]) =>
  filterItems(
    ITEMS,
    filters.map(([Name, ...Values]) => ({ Name, Values })),
    FIELDS,
  ).map(({ name }) => name);

test("values are alternatives, filters must all fit", () => {
  expect(named(["name", "web-1", "web-2"])).toEqual(["web-1", "web-2"]);
  expect(named(["tag:app", "shop"], ["tag:stage", "prod"])).toEqual(["web-1"]);
  expect(named(["tag-key", "stage", "none"])).toEqual(["web-1"]);
  expect(named()).toHaveLength(3);
});

test("wildcards stand for any characters, unless a backslash makes them plain", () => {
  expect(named(["name", "web-?"])).toEqual(["web-1", "web-2"]);
  expect(named(["name", "w*1"])).toEqual(["web-1"]);
  expect(named(["name", "a.b\\*c"])).toEqual(["a.b*c"]);
  expect(named(["name", "a?b*c"])).toEqual(["a.b*c"]);
  expect(named(["name", "web.1"])).toEqual([]);
});

test("a tag that an object inherits is no tag, and an unknown filter is refused", () => {
  expect(named(["tag:constructor", "*"])).toEqual([]);
  expect(() => named(["colour", "red"])).toThrow("The filter 'colour' is invalid");
});
