import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { openAddressBook } from "./addresses.ts";
import { lockDirectory } from "./directory-lock.ts";
import { openDocuments } from "./documents.ts";
import { isAlive, processState } from "./processes.ts";
import { addressIn } from "./slice.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "ground-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
});

test("documents are there again after they are opened again", () => {
  const documents = openDocuments<{ n: number }>(directory);
  documents.set("b/../*", { n: 2 });
  documents.set("a".repeat(500), { n: 1 });
  documents.set("gone", { n: 3 });
  documents.delete("gone");
  const again = openDocuments<{ n: number }>(directory);
  expect(again.list()).toEqual([{ n: 1 }, { n: 2 }]);
  expect(again.get("b/../*")).toEqual({ n: 2 });
});

test("a document that a kill left half written is forgotten", () => {
  writeFileSync(join(directory, "a.json.1.0.tmp"), '{"key":');
  expect(openDocuments(directory).list()).toEqual([]);
  expect(readdirSync(directory)).toEqual([]);
});

test("a key keeps its address number, another one gets the next", () => {
  const book = openAddressBook(directory);
  expect([book.numberFor("x"), book.numberFor("y"), book.numberFor("x")]).toEqual([1024, 1025, 1024]);
  const again = openAddressBook(directory);
  expect([again.numberFor("y"), again.numberFor("z")]).toEqual([1025, 1026]);
});

test("numbers fill the slice's addresses", () => {
  expect(addressIn(7, 1)).toBe("127.7.0.1");
  expect(addressIn(7, 60_000)).toBe("127.7.234.96");
  expect(() => addressIn(7, 0)).toThrow("address 0 is not in 1..60000");
});

test("a directory has one holder, until it lets go", () => {
  const release = lockDirectory(directory);
  expect(() => lockDirectory(directory)).toThrow(`is in use by another sandbox (process ${process.pid})`);
  release();
  lockDirectory(directory)();
});

test("a lock whose process is gone, or whose id another process has now, is stale", () => {
  for (const holder of ["4194304 1", `${process.pid} 1`]) {
    writeFileSync(join(directory, "lock"), `${holder}\n`);
    lockDirectory(directory)();
  }
});

test("a state directory shields what is in it from a module type above", () => {
  lockDirectory(directory)();
  expect(readFileSync(join(directory, "package.json"), "utf8")).toBe("{}\n");
});

test("this process is alive and knows when it was started", () => {
  expect(isAlive(process.pid)).toBe(true);
  expect(processState(process.pid)?.startedTicks).toMatch(/^\d+$/);
  expect(isAlive(4_194_304)).toBe(false);
});
