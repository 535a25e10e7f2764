// The console as a reader meets it: real Chromium, the page that the API serves under its own security headers, and
// deployments that move while one looks. Nothing is reloaded unless a test says so.
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { startBrowser } from "#test/support/browser.ts";
import { startHouse, type TestHouse } from "#test/support/house.ts";
import { deploy, ENVIRONMENT, publish, serverCode, serverManifest, start } from "#test/support/release-of.ts";

const APP = "shown";
const PATIENCE_MILLISECONDS = 60_000;

let house: TestHouse;
let browser: Browser;
let page: Page;
/** What the browser had to complain about: scripts that broke, and whatever the security policy blocked. */
let complaints: string[] = [];

beforeAll(async () => {
  [house, browser] = await Promise.all([startHouse(), startBrowser()]);
  page = await newPage();
  await house.client.apps.put(APP, serverManifest(APP));
  for (const version of ["v1", "v2"]) await publish(house.client, APP, version, serverCode("well"));
  await publish(house.client, APP, "v3", serverCode("unwell"));
  expect(await deploy(house.client, APP, "v1")).toMatchObject({ status: "succeeded" });
});
afterAll(async () => {
  await browser?.close();
  await house?.clear();
});
afterEach(() => {
  expect(complaints.splice(0)).toEqual([]);
});

async function newPage(): Promise<Page> {
  const fresh = await (await browser.newContext()).newPage();
  fresh.setDefaultTimeout(PATIENCE_MILLISECONDS);
  fresh.on("pageerror", (error) => complaints.push(error.message));
  fresh.on("console", (message) => {
    if (message.type() === "error" && !/status of 40[149]/.test(message.text()))
      complaints.push(message.text());
  });
  return fresh;
}

const statusIs = (words: string | RegExp) => page.locator("h1 .badge", { hasText: words }).waitFor();
const press = (name: string) => page.getByRole("button", { name, exact: true }).click();
const stepBars = () => page.locator(".score .step").count();
/** In the dialog that asks once more. */
const confirm = (name: string) => page.getByRole("dialog").getByRole("button", { name, exact: true }).click();

/** Goes there as a link on the page would, without loading the page again. */
async function open(id: string): Promise<void> {
  await page.evaluate((hash) => {
    location.hash = hash;
  }, `#/deployments/${id}`);
  await page.locator("h1 .badge").waitFor();
}

test("the link signs in and the token leaves the address at once", async () => {
  await page.goto(`${house.apiUrl}/#token=${house.token}`);
  await page
    .getByRole("link", { name: `${APP}/${ENVIRONMENT}`, exact: true })
    .first()
    .waitFor();
  expect(page.url()).toBe(`${house.apiUrl}/#/`);
  expect(await page.locator(".connection").textContent()).toBe("live");
});

test("a deployment moves on its page, pauses and resumes by button, and ends without a reload", async () => {
  const { id } = await start(house.client, APP, "v2");
  await open(id);
  await page.locator(".score .step").first().waitFor();
  await press("pause");
  await statusIs("paused");
  const held = await stepBars();
  expect(held).toBeLessThan(3);
  await press("resume");
  await statusIs("succeeded");
  expect(await stepBars()).toBe(3);
  expect(await page.locator(".steps li.succeeded").count()).toBe(3);
  expect(await page.locator(".reason").textContent()).toBe("v2 is live.");
});

test("roll back by button leads to the deployment back, and it arrives", async () => {
  const before = page.url();
  await press("roll back to v1");
  // The button is live only when the plan has been shown.
  await page.getByRole("region", { name: "Plan" }).getByText("2 of 3", { exact: true }).waitFor();
  await confirm("Roll back to v1");
  await page.waitForURL((url) => `${url}` !== before);
  await page.locator("h1", { hasText: "v2 → v1" }).waitFor();
  await statusIs("succeeded");
});

test("restart by button replaces every copy by a fresh one of the same release", async () => {
  await page.evaluate((hash) => {
    location.hash = hash;
  }, `#/targets/${APP}/${ENVIRONMENT}`);
  const newest = async () => (await house.client.deployments.list({ app: APP, limit: 1 })).items[0]!;
  await press("Restart…");
  await page.getByRole("dialog").getByText("3 copies of v1 give way to fresh ones").waitFor();
  await confirm("Restart");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  const { id } = await newest();
  await open(id);
  await statusIs("succeeded");
  expect(await newest()).toMatchObject({ trigger: "restart", reason: "v1 runs in fresh copies." });
});

test("abort by button ends rolled back", async () => {
  const { id } = await start(house.client, APP, "v2");
  await open(id);
  await page.locator(".score .step").first().waitFor();
  await press("abort");
  await page.getByLabel("Reason").fill("wrong day");
  await confirm("Abort");
  await statusIs("rolled back");
  expect(await page.locator(".events").textContent()).toContain("wrong day");
});

test("a broken release shows why it went back, and which replica failed", async () => {
  const { id } = await start(house.client, APP, "v3");
  await open(id);
  await statusIs("rolled back");
  expect(await page.locator(".reason").textContent()).toContain("GET /healthz answered 500");
  expect(await page.locator(".score .step.failed").count()).toBe(1);
  expect(await page.locator(".score .step.rollback").count()).toBe(1);
});

test("a refusal of the API is shown in the API's own words", async () => {
  const { id } = await start(house.client, APP, "v2");
  await open(id);
  await page.getByRole("button", { name: "abort", exact: true }).waitFor();
  await page.route("**/v1/deployments/*/pause", async (route) => {
    await house.client.deployments.act(id, "abort").catch(() => {});
    await route.continue();
  });
  await press("pause");
  await page.locator(".actions [role=alert]", { hasText: "Refused: " }).waitFor();
  await page.unroute("**/v1/deployments/*/pause");
  // Whether the abort came before anything was changed is not what this is about.
  await statusIs(/rolled back|cancelled/);
});

test("a deployment that is not there is said to be missing, and the connection stands", async () => {
  await page.evaluate(() => {
    location.hash = "#/deployments/dep_none";
  });
  await page.getByRole("alert").waitFor();
  expect(await page.locator(".connection").textContent()).toBe("live");
});

test("a wrong token leads to the door with a sentence, and the right one opens it", async () => {
  page = await newPage();
  await page.goto(`${house.apiUrl}/#token=wrong`);
  const alert = page.getByRole("alert");
  await alert.waitFor();
  expect(await alert.textContent()).toContain("does not accept this token");
  expect(page.url()).not.toContain("wrong");
  await page.getByLabel("Token").fill(house.token);
  await press("Come in");
  await page
    .getByRole("link", { name: `${APP}/${ENVIRONMENT}`, exact: true })
    .first()
    .waitFor();
});

test("the page says since when it is not connected, and comes back by itself", async () => {
  await page.route("**/v1/**", (route) => route.abort());
  // What the page waits for is open still; it is the next request that nobody answers.
  await page.evaluate(() => {
    location.hash = "#/deployments";
  });
  await page.locator(".connection .lost").waitFor();
  await page.unroute("**/v1/**");
  await page.locator(".connection .live").waitFor();
  complaints = complaints.filter((text) => !text.includes("ERR_FAILED"));
  await page.evaluate((environment) => {
    location.hash = `#/targets/shown/${environment}`;
  }, ENVIRONMENT);
  await page.getByRole("heading", { name: "Replicas" }).waitFor();
});
