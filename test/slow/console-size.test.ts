// What the console weighs and how smooth it stays. A thousand replicas and a thousand targets do not fit this machine as
// processes, so here, and only here, the page is given answers that no API gave: it is the page that is measured. The
// figures are printed; the test asserts on sizes and on what is shown, on no time.

import { gzipSync } from "node:zlib";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { NO_COST } from "#core/domain/cost.ts";
import { startBrowser } from "#test/support/browser.ts";
import { aReader } from "#test/support/console.ts";
import { startHouse, type TestHouse } from "#test/support/house.ts";

const MOST_GZIPPED_BYTES = 90_000;
const MANY = 1000;

let house: TestHouse;
let browser: Browser;
beforeAll(async () => {
  [house, browser] = await Promise.all([startHouse(), startBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await house?.clear();
});

test("all that a reader loads is at most 90 kB gzipped, and nothing of it from elsewhere", async () => {
  const page = await (await browser.newContext()).newPage();
  const sizes = new Map<string, number>();
  const asked: string[] = [];
  let script = "";
  page.on("request", (request) => asked.push(new URL(request.url()).origin));
  page.on("response", async (response) => {
    const { pathname } = new URL(response.url());
    if (pathname.startsWith("/v1/")) return;
    sizes.set(pathname, gzipSync(await response.body()).length);
    if (pathname.endsWith(".js")) script += await response.text();
  });
  await page.goto(`${house.apiUrl}/#token=${house.token}`);
  await page.getByRole("navigation").waitFor();
  const paint = await page.evaluate(
    () => performance.getEntriesByName("first-contentful-paint")[0]?.startTime,
  );
  const total = [...sizes.values()].reduce((sum, one) => sum + one, 0);
  console.log(
    `console: ${total} bytes gzipped in ${sizes.size} files; first paint after ${Math.round(paint!)} ms`,
  );
  expect(new Set(asked)).toEqual(new Set([house.apiUrl]));
  expect(sizes.size).toBeGreaterThanOrEqual(4);
  expect(script, "built for production, though this process is a test").not.toMatch(/lineNumber:\d/);
  expect(total).toBeLessThanOrEqual(MOST_GZIPPED_BYTES);
});

test("a deployment over a thousand replicas is painted, told under the pointer, and plays again", async () => {
  const reader = await aReader(browser, house);
  await countLongTasks(reader.page);
  const { deployment, events } = aLargeDeployment();
  await reader.page.route("**/v1/deployments/dep_large*", (route) => route.fulfill({ json: deployment }));
  await reader.page.route("**/v1/deployments/dep_large/events*", (route) =>
    route.fulfill({ json: { items: events(route.request().url()), cursor: null } }),
  );
  await reader.go("#/deployments/dep_large");
  const canvas = reader.page.locator("canvas.painted");
  await canvas.waitFor();
  expect(await canvas.getAttribute("aria-label")).toBe("1000 replicas: 1000 on v2, 0 failed");
  const box = (await canvas.boundingBox())!;
  await reader.page.mouse.move(box.x + box.width - 30, box.y + box.height / 2);
  await reader.page.locator(".told", { hasText: /^host-\d+: v1, serving|^host-\d+: v2, serving/ }).waitFor();
  expect(await colourAt(reader.page, 0.5)).not.toBe(await colourAt(reader.page, 0.999));
  const light = await colourAt(reader.page, 0.5);
  await reader.page.emulateMedia({ colorScheme: "dark" });
  await expect.poll(() => colourAt(reader.page, 0.5), { message: "painted anew" }).not.toBe(light);
  await reader.page.getByRole("slider", { name: "Instant" }).fill("500");
  await reader.page.locator(".playhead .later").waitFor();
  console.log(`a thousand replicas: ${await longTasks(reader.page)}`);
  await reader.page.getByRole("button", { name: "Play again" }).click();
  const later = () => reader.page.locator(".events .later").count();
  await expect.poll(later).toBeGreaterThan(0);
  await expect.poll(() => reader.page.locator(".playhead").count()).toBe(1);
  console.log(`a thousand replicas, playing again: ${await longTasks(reader.page)}`);
  expect(reader.complaints).toEqual([]);
  await reader.close();
});

test("a thousand targets are found by typing", async () => {
  const reader = await aReader(browser, house);
  await countLongTasks(reader.page);
  const all = Array.from({ length: MANY }, (_, i) => aTarget(i));
  await reader.page.route("**/v1/targets?*", (route) => {
    const at = Number(new URL(route.request().url()).searchParams.get("cursor") ?? 0);
    const next = at + 200 < MANY ? `${at + 200}` : null;
    return route.fulfill({ json: { items: all.slice(at, at + 200), cursor: next } });
  });
  await reader.page.reload();
  await reader.page.getByText("1000 targets").waitFor();
  const rows = () => reader.page.locator(".matrix tbody tr").count();
  expect(await rows(), "drawn as far as somebody has scrolled").toBeLessThan(200);
  console.log(`a thousand targets, opened: ${await longTasks(reader.page)}`);
  const before = await rows();
  await reader.page.getByRole("button", { name: /^Show more/ }).scrollIntoViewIfNeeded();
  await expect.poll(rows).toBeGreaterThan(before);
  await reader.page.keyboard.press("/");
  await reader.page.keyboard.type("app-0700");
  await reader.page.waitForFunction(() => document.querySelectorAll(".place").length === 2);
  console.log(`a thousand targets, scrolled and filtered: ${await longTasks(reader.page)}`);
  expect(reader.complaints).toEqual([]);
  await reader.close();
});

async function countLongTasks(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const tasks: number[] = [];
    Object.assign(globalThis, { longTasks: tasks });
    new PerformanceObserver((list) => {
      for (const one of list.getEntries()) tasks.push(one.duration);
    }).observe({ type: "longtask", buffered: true });
  });
  await page.reload();
  await page.getByRole("navigation").waitFor();
}

async function longTasks(page: Page): Promise<string> {
  const tasks = await page.evaluate(() =>
    (globalThis as unknown as { longTasks: number[] }).longTasks.splice(0),
  );
  return `${tasks.length} tasks over 50 ms, the longest ${Math.round(Math.max(0, ...tasks))} ms`;
}

/** Of the middle line, at a share of the width. */
function colourAt(page: Page, share: number): Promise<string> {
  return page.locator("canvas.painted").evaluate((element, at) => {
    const canvas = element as HTMLCanvasElement;
    const brush = canvas.getContext("2d")!;
    const y = Math.floor(canvas.height / 2);
    const right = canvas.width - 14 * devicePixelRatio;
    return [...brush.getImageData(Math.floor(right * at), y, 1, 1).data].join();
  }, share);
}

function aLargeDeployment() {
  const instant = (seconds: number) => new Date(Date.UTC(2026, 10, 26) + seconds * 1000).toISOString();
  const steps = Array.from({ length: 20 }, (_, batch) => ({
    index: batch,
    type: "batch",
    label: `Batch ${batch + 1} of 20`,
    status: "succeeded",
    replicas: Array.from({ length: MANY / 20 }, (_, i) => `host-${batch * 50 + i}`),
    startedAt: instant(batch * 10),
    endedAt: instant(batch * 10 + 9),
    rollback: false,
    action: "install",
    version: "v2",
  }));
  const told = Array.from({ length: MANY }, (_, i) => ({
    seq: i + 1,
    at: instant(Math.floor(i / 50) * 10 + 5 + (i % 50) / 20),
    type: "replica",
    message: `host-${i} runs v2`,
    step: Math.floor(i / 50),
    replica: `host-${i}`,
  }));
  const deployment = {
    id: "dep_large",
    app: "large",
    environment: "prod",
    kind: "server",
    version: "v2",
    previousVersion: "v1",
    status: "succeeded",
    reason: "v2 is live.",
    revision: 9,
    createdAt: instant(0),
    startedAt: instant(0),
    endedAt: instant(200),
    createdBy: "ann",
    trigger: "cli",
    steps,
    progress: { done: 20, total: 20 },
    health: { healthy: MANY, unhealthy: 0, desired: MANY },
    failures: [],
    failureBudget: { used: 0, allowed: 300 },
    allowedActions: [],
    cost: { ...NO_COST, stateTransitions: 60, sdkCalls: 5000, writes: 60, dollars: 0.002 },
  };
  const events = (url: string) => {
    const after = Number(new URL(url).searchParams.get("after") ?? 0);
    return told.slice(after, after + 200);
  };
  return { deployment, events };
}

function aTarget(i: number) {
  const health = i % 97 === 0 ? "unhealthy" : "healthy";
  const replica = (n: number) => ({
    id: `r-${n}`,
    version: "v1",
    health,
    address: "127.0.0.9:80",
    startedAt: null,
  });
  return {
    app: `app-${String(Math.floor(i / 2) + 277).padStart(4, "0")}`,
    environment: i % 2 === 0 ? "dev" : "prod",
    kind: "server",
    endpoint: null,
    release: `v${i % 7}`,
    desired: 3,
    replicas: [1, 2, 3].map(replica),
    traffic: [],
    activeDeployment: null,
    queue: [],
    degraded: null,
    drift: [],
    observedAt: null,
  };
}
