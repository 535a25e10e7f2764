// Every link of a page of the project leads to something that is there.
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "../..");
const PAGES = globSync(["*.md", "{docs,functions,workflows,packages,web,test,examples}/**/*.md"], {
  cwd: ROOT,
  exclude: ["**/node_modules/**"],
});

test.each(PAGES)("%s leads nowhere that is not there", (page) => {
  const text = readFileSync(join(ROOT, page), "utf8").replace(/^```[\s\S]*?^```/gm, "");
  const inside = [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, to]) => to!)
    .filter((to) => !/^[a-z]+:/.test(to));
  const lost = inside.filter((to) => {
    const [path = "", heading] = to.split("#");
    const file = path ? join(ROOT, dirname(page), path) : join(ROOT, page);
    return !existsSync(file) || (heading !== undefined && !headingsOf(file).includes(heading));
  });
  expect(lost).toEqual([]);
});

test("the README leads to the pages", () => {
  expect(PAGES.length).toBeGreaterThan(30);
  expect(readFileSync(join(ROOT, "README.md"), "utf8")).toContain("](docs/pages.md)");
});

/** As GitHub names them. */
function headingsOf(file: string): string[] {
  return [...readFileSync(file, "utf8").matchAll(/^#+ (.+)$/gm)].map(([, words]) =>
    words!
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}
