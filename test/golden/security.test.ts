// docs/security.md says who may call what: the table is made from the routes themselves. `npm run golden` writes it anew.
import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { ROLES } from "#core/domain/access.ts";
import { HELD } from "#functions/api/caller.ts";
import type { Reach } from "#functions/api/reach.ts";
import type { Permission, Route } from "#functions/api/route.ts";
import { ROUTES } from "#functions/api/routes.ts";

const PAGE = new URL("../../docs/security.md", import.meta.url);
const [BEGIN, END] = ["<!-- routes: made by `npm run golden` -->\n", "<!-- end of routes -->"];

test("the table of who may do what is the routes'", () => {
  const page = readFileSync(PAGE, "utf8");
  const [before, rest] = page.split(BEGIN) as [string, string];
  const after = rest.slice(rest.indexOf(END));
  const wanted = `${before}${BEGIN}${tableOf(ROUTES as readonly Route[])}${after}`;
  if (process.env.GOLDEN === "write") writeFileSync(PAGE, wanted);
  expect(readFileSync(PAGE, "utf8")).toBe(wanted);
});

function tableOf(routes: readonly Route[]): string {
  const head = `| route | ${ROLES.join(" | ")} | held against the scope |\n| --- |${" --- |".repeat(ROLES.length + 1)}\n`;
  const rows = routes.map(({ key, permission, reach }) => {
    const marks = ROLES.map((role) => (HELD[role].includes(permission) ? "yes" : "–"));
    return `| \`${key}\` | ${marks.join(" | ")} | ${OPEN[permission] ?? wordsOf(reach)} |\n`;
  });
  return head + rows.join("");
}

const OPEN: Partial<Record<Permission, string>> = {
  public: "open to all",
  signed: "by signature: its app",
};

const WHOLES: Record<Extract<Reach, string>, string> = {
  nothing: "–",
  everything: "only without limits",
  deployment: "app and environment of the deployment",
  train: "every app and environment of the train",
  stops: "every app and environment in the stops",
  trains: "shows what is reached whole",
};

function wordsOf(reach: Reach): string {
  if (typeof reach === "string") return WHOLES[reach];
  const named = (["app", "environment"] as const).flatMap((what) => {
    const source = reach[what];
    if (source === undefined) return [];
    return source === "every" ? [`every ${what}`] : [`${what} in the ${source}`];
  });
  return [...named, ...(reach.lists ? ["shows what is reached"] : [])].join(", ");
}
