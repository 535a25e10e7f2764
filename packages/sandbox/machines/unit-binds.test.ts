import { expect, test } from "vitest";
import { readBinds } from "./unit-binds.ts";

const read = (value: string) => readBinds(value, "app.service");

test("a folder is bound to itself or to another path, several between blanks", () => {
  expect(read("/srv/a:/data /srv/b")).toEqual([
    { source: "/srv/a", path: "/data", optional: false },
    { source: "/srv/b", path: "/srv/b", optional: false },
  ]);
});

test("a dash makes it optional, quotes keep blanks and colons", () => {
  expect(read('"/a b:c":/data:norbind -/gone')).toEqual([
    { source: "/a b:c", path: "/data", optional: false },
    { source: "/gone", path: "/gone", optional: true },
  ]);
});

test("what is no absolute path, or an option that is not done here, is refused", () => {
  expect(() => read("data:/data")).toThrow("app.service: BindPaths= needs absolute paths: data:/data");
  expect(() => read("/data:data")).toThrow("absolute");
  expect(() => read("/a:/b:idmap")).toThrow(
    "BindPaths= option 'idmap' is not supported on a sandbox machine.",
  );
});
