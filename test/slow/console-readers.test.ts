// The console for every reader: each page in both themes, on a telephone and on a desk, by axe and by keyboard alone;
// readers with less rights, a wrong clock, a server that is killed. `SCREENSHOTS` names a folder for pictures of all pages.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Browser, Page, Request } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startBrowser } from "#test/support/browser.ts";
import { aReader, type Reader } from "#test/support/console.ts";
import { startHouse, type TestHouse } from "#test/support/house.ts";
import { deploy, publish, serverCode, serverManifest, start, whenever } from "#test/support/release-of.ts";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const APP = "a-shop";

let house: TestHouse;
let browser: Browser;
let done: string;
let broken: string;
let waiting: string;
let train: string;

beforeAll(async () => {
  [house, browser] = await Promise.all([startHouse(), startBrowser()]);
  const manifest = {
    ...serverManifest(APP, { schedules: [{ cron: "0 3 1 1 *", action: "restart", name: "new year" }] }),
    environments: { stage: { rollout: { approval: "before" }, config: { MODE: "careful" } } },
  };
  await house.client.apps.put(APP, manifest);
  for (const version of ["v1", "v2"]) await publish(house.client, APP, version, serverCode("well"));
  await publish(house.client, APP, "v3", serverCode("unwell"));
  done = (await deploy(house.client, APP, "v1")).id;
  broken = (await deploy(house.client, APP, "v3")).id;
  waiting = (await house.client.deployments.create(APP, { environment: "stage", version: "v1" })).id;
  await whenever(house.client, waiting, (one) => one.status === "awaiting_approval");
  const { items } = await house.client.environments.list();
  const { name, updatedAt: _, ...settings } = items.find((one) => one.name === "prod")!;
  const freezes = [{ from: "2026-01-01T00:00:00Z", to: "2096-01-01T00:00:00Z", reason: "the great fair" }];
  await house.client.environments.put(name, { ...settings, freezes });
  // It waits behind the one that waits.
  const stops = [{ app: APP, environment: "stage", version: "v2" }];
  train = (await house.client.trains.create({ name: "friday", stops })).id;
});
afterAll(async () => {
  await browser?.close();
  await house?.clear();
});

const PAGES = (): [name: string, hash: string, heading: string][] => [
  ["hall", "#/", "The hall"],
  ["done", `#/deployments/${done}`, "v1"],
  ["broken", `#/deployments/${broken}`, "v1 → v3"],
  ["waiting", `#/deployments/${waiting}`, "v1"],
  ["target", `#/targets/${APP}/dev`, `${APP}/dev`],
  ["deployments", "#/deployments", "Deployments"],
  ["trains", "#/trains", "Trains"],
  ["train", `#/trains/${train}`, "friday"],
  ["stage", `#/targets/${APP}/stage`, `${APP}/stage`],
  ["healing", "#/healing", "Healing runs"],
  ["notifications", "#/notifications", "Notifications"],
  ["audit", "#/audit", "Audit"],
  ["tokens", "#/tokens", "Tokens"],
  ["nowhere", "#/none/such", "There is no page here"],
];

async function faultsOf({ page }: Reader): Promise<string[]> {
  await page.evaluate(AXE);
  const found = (await page.evaluate("axe.run()")) as {
    violations: { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }[];
  };
  return found.violations
    .filter((one) => one.impact === "serious" || one.impact === "critical")
    .map((one) => `${one.id}: ${one.nodes.map((node) => `${node.html} ${node.failureSummary}`).join(" | ")}`);
}

for (const colorScheme of ["light", "dark"] as const)
  for (const width of [390, 1280])
    test(`axe finds nothing serious on any page, ${colorScheme}, ${width} px wide, and nothing runs over the edge`, async () => {
      const reader = await aReader(browser, house, { colorScheme, viewport: { width, height: 900 } });
      for (const [name, hash, heading] of PAGES()) {
        await reader.go(hash);
        await reader.page.getByRole("heading", { level: 1, name: heading }).waitFor();
        await reader.page.locator(".waiting", { hasText: "…" }).waitFor({ state: "detached" });
        expect([name, await faultsOf(reader)]).toEqual([name, []]);
        const over = await reader.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        expect([name, over]).toEqual([name, Math.min(over, 0)]);
        const folder = process.env.SCREENSHOTS;
        if (folder)
          await reader.page.screenshot({
            path: join(folder, `${name}-${colorScheme}-${width}.png`),
            fullPage: true,
          });
      }
      expect(reader.complaints).toEqual([]);
      await reader.close();
    });

test("a dialog has nothing serious either, shows the plan, and Escape leaves all as it was", async () => {
  const reader = await aReader(browser, house);
  await reader.go(`#/targets/${APP}/dev`);
  await reader.page.getByRole("button", { name: "Deploy…" }).click();
  await reader.page.getByRole("region", { name: "Plan" }).waitFor();
  expect(await faultsOf(reader)).toEqual([]);
  await reader.page.keyboard.press("Escape");
  await reader.page.getByRole("dialog").waitFor({ state: "detached" });
  expect(
    await reader.page.evaluate(() => document.activeElement?.textContent),
    "focus is back where it was",
  ).toBe("Deploy…");
  await reader.close();
});

test("every page is gone through by keyboard alone, and where one is can be seen", async () => {
  const reader = await aReader(browser, house);
  for (const [name, hash, heading] of PAGES()) {
    await reader.go(hash);
    await reader.page.getByRole("heading", { level: 1, name: heading }).waitFor();
    await reader.page.locator(".waiting", { hasText: "…" }).waitFor({ state: "detached" });
    const stops = await reader.page.evaluate(() => {
      const wanted = "a[href], button:enabled, input, select, summary, [tabindex='0']";
      const found = [...document.querySelectorAll(`main :is(${wanted})`)].filter((one) =>
        one.checkVisibility(),
      );
      for (const [i, one] of found.entries()) one.setAttribute("data-stop", `${i}`);
      document.getElementById("main")!.focus();
      return found.length;
    });
    const reached = new Set<string>();
    const unseen: string[] = [];
    for (let presses = 0; presses < stops + 20 && reached.size < stops; presses++) {
      await reader.page.keyboard.press("Tab");
      const { stop, isSeen, html } = await reader.page.evaluate(() => {
        const here = document.activeElement!;
        const { outlineStyle, outlineWidth } = getComputedStyle(here);
        const isDrawn = outlineStyle !== "none" && Number.parseFloat(outlineWidth) > 0;
        // Behind the last stop the browser itself has the focus for one press.
        const isSeen = isDrawn || here === document.body;
        return { stop: here.getAttribute("data-stop"), isSeen, html: here.outerHTML.slice(0, 120) };
      });
      if (stop !== null) reached.add(stop);
      if (!isSeen) unseen.push(html);
    }
    expect([name, reached.size, unseen]).toEqual([name, stops, []]);
  }
  await reader.close();
});

/** What the page asks for: how much is open now, the most that was at once, and everything by name. */
function watchRequests(page: Page) {
  const seen = { open: 0, most: 0, asked: [] as string[] };
  page.on("request", (request) => {
    const { pathname } = new URL(request.url());
    if (!pathname.startsWith("/v1/")) return;
    seen.asked.push(pathname);
    // Who one is, is asked once, beside the page.
    if (pathname === "/v1/me") return;
    seen.open += 1;
    seen.most = Math.max(seen.most, seen.open);
    const end = (one: Request) => {
      if (one !== request) return;
      seen.open -= 1;
      page.off("requestfinished", end);
      page.off("requestfailed", end);
    };
    page.on("requestfinished", end);
    page.on("requestfailed", end);
  });
  return seen;
}

// While nothing is under way: a deployment waits for its approval.
const LIST_PAGES = ["hall", "deployments", "trains", "train", "healing", "notifications", "audit", "tokens"];
const WAITING_PAGES = [...LIST_PAGES, "target", "stage"];

test("a page waits for a change with one request, asks for nothing else meanwhile, and shows it when it comes", async () => {
  const reader = await aReader(browser, house);
  const { page } = reader;
  const seen = watchRequests(page);
  for (const [name, hash, heading] of PAGES().filter(([one]) => WAITING_PAGES.includes(one))) {
    const waitsAt = LIST_PAGES.includes(name) ? "/v1/changes" : hash.replace("#", "/v1");
    seen.asked.length = 0;
    await reader.go(hash);
    await page.getByRole("heading", { level: 1, name: heading }).waitFor();
    // The mark of now, what it shows, and then it waits.
    await expect.poll(() => seen.asked.length >= 3 && seen.asked.at(-1)).toBe(waitsAt);
    const quiet = async () => {
      seen.asked.length = 0;
      await page.waitForTimeout(["hall", "target"].includes(name) ? 6_000 : 1_500);
      return [name, seen.open, seen.asked.filter((one) => one !== waitsAt)];
    };
    // Healing passes by once a minute, and what it finds new is a change.
    await expect.poll(quiet).toEqual([name, 1, []]);
  }
  await reader.go("#/audit");
  await page.getByText("/v1/apps/seen-at-once").waitFor({ state: "detached" });
  await expect.poll(() => seen.asked.at(-1)).toBe("/v1/changes");
  const from = performance.now();
  seen.most = 0;
  await house.client.apps.put("seen-at-once", serverManifest("seen-at-once"));
  await page.getByText("/v1/apps/seen-at-once").first().waitFor();
  expect(performance.now() - from, "long before the wait would have ended").toBeLessThan(10_000);
  await house.client.apps.remove("seen-at-once");
  await expect.poll(() => seen.asked.at(-1)).toBe("/v1/changes");
  expect(seen.most, "one request is open at a time").toBe(1);
  await reader.close();
});

test("from the hall to an approval by keyboard alone", async () => {
  const reader = await aReader(browser, house);
  const { page } = reader;
  const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim() ?? "");
  const tabTo = async (text: RegExp) => {
    for (let presses = 0; presses < 60; presses++) {
      await page.keyboard.press("Tab");
      if (text.test(await focused())) return;
    }
    throw new Error(`no ${text} within 60 presses; the focus is on ${await focused()}`);
  };
  await page.getByRole("heading", { name: "The hall" }).waitFor();
  await page.keyboard.press("/");
  await page.keyboard.type("stage");
  await tabTo(/^→ v1/);
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "approve", exact: true }).waitFor();
  expect(await page.locator(".now").textContent()).toMatch(
    /^▶ Approval before the start, 23 h \d+ min left · then Batch 1 of 3/,
  );
  await tabTo(/^approve$/);
  await page.keyboard.press("Enter");
  await page.getByLabel("Reason").and(page.locator(":focus")).waitFor();
  await page.keyboard.type("looked at it");
  await page.keyboard.press("Enter");
  await page.locator("h1 .badge", { hasText: /running|succeeded/ }).waitFor();
  expect(await page.locator(".events").textContent()).toContain("looked at it");
  await reader.close();
});

test("a viewer sees all of it and no button, and is refused when it forges the call", async () => {
  const { secret } = await house.client.tokens.create({ name: "guest", role: "viewer" });
  const reader = await aReader(browser, house, { token: secret! });
  await reader.go(`#/targets/${APP}/dev`);
  await reader.page.getByRole("heading", { name: "Releases" }).waitFor();
  // What chooses a view of the page does nothing to the target.
  expect(await reader.page.locator("main button:not([aria-pressed])").count()).toBe(0);
  await reader.go(`#/deployments/${broken}`);
  await reader.page.locator(".score .step").first().waitFor();
  expect(await reader.page.locator(".actions button").count()).toBe(0);
  const status = await reader.page.evaluate(
    async ([path, token]) =>
      (await fetch(path!, { method: "POST", headers: { authorization: `Bearer ${token}` } })).status,
    [`/v1/deployments/${broken}/abort`, secret],
  );
  expect(status).toBe(403);
  await reader.close();
});

test("with a clock that is an hour off, ages are right all the same", async () => {
  const reader = await aReader(browser, house);
  await reader.page.clock.install({ time: Date.now() + 3_600_000 });
  await reader.page.reload();
  await reader.go("#/deployments");
  await reader.page.locator("td time").first().waitFor();
  const ages = await reader.page.locator("td time").allTextContents();
  expect(ages.filter((age) => !/^(just now|\d+(\.\d)? s ago|[0-5] min ago)$/.test(age))).toEqual([]);
  await reader.close();
});

test("in a tab that nobody sees nothing is asked for, on any page, and seen again it goes on", async () => {
  const reader = await aReader(browser, house);
  const { page } = reader;
  const seen = watchRequests(page);
  await page.evaluate(() => {
    Object.defineProperty(document, "hidden", {
      configurable: true,
      get: () => document.documentElement.dataset.unseen === "yes",
    });
  });
  const show = (unseen: "yes" | "no") =>
    page.evaluate((answer) => {
      document.documentElement.dataset.unseen = answer;
      document.dispatchEvent(new Event("visibilitychange"));
    }, unseen);
  for (const [, hash, heading] of PAGES().filter(([name]) => name !== "nowhere")) {
    await show("no");
    await reader.go(hash);
    await page.getByRole("heading", { level: 1, name: heading }).waitFor();
    await show("yes");
    await expect
      .poll(() => [hash, seen.open], { message: "what was asked for is let go" })
      .toEqual([hash, 0]);
    seen.asked.length = 0;
    await page.waitForTimeout(1_500);
    expect([hash, seen.asked]).toEqual([hash, []]);
  }
  await reader.go("#/");
  await show("no");
  await expect.poll(() => seen.asked.length).toBeGreaterThan(0);
  expect(reader.complaints).toEqual([]);
  await reader.close();
});

test("two readers see the same deployment move, and a third window stays where it is", async () => {
  const readers = await Promise.all([
    aReader(browser, house),
    aReader(browser, house),
    aReader(browser, house),
  ]);
  const { id } = await start(house.client, APP, "v2");
  for (const reader of readers.slice(0, 2)) await reader.go(`#/deployments/${id}`);
  for (const { page } of readers.slice(0, 2))
    await page.locator("h1 .badge", { hasText: "succeeded" }).waitFor();
  const events = await Promise.all(
    readers.slice(0, 2).map(({ page }) => page.locator(".events li").allTextContents()),
  );
  expect(events[0]).toEqual(events[1]);
  expect(new URL(readers[2]!.page.url()).hash).toBe("#/");
  await Promise.all(readers.map((reader) => reader.close()));
});

test("a server that is killed and comes back is told, and the page goes on by itself", async () => {
  const own = await startHouse();
  const reader = await aReader(browser, own);
  await own.kill();
  await reader.page.locator(".connection .lost").waitFor();
  const port = Number(new URL(own.apiUrl).port);
  const again = await startHouse({ directory: own.directory, env: { PORT: `${port}` } });
  await reader.page.locator(".connection .live").waitFor({ timeout: 30_000 });
  expect(reader.complaints).toEqual([]);
  await reader.close();
  await again.clear();
});
