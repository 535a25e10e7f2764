// Trains in the console: put together by hand, seen going, and seen going back; freezes and what waits, seen and passed.
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startBrowser } from "#test/support/browser.ts";
import { aReader, type Reader } from "#test/support/console.ts";
import { startHouse, type TestHouse } from "#test/support/house.ts";
import {
  deploy,
  ENVIRONMENT,
  functionCode,
  functionManifest,
  publish,
  serverCode,
  serverManifest,
} from "#test/support/release-of.ts";

let house: TestHouse;
let browser: Browser;

beforeAll(async () => {
  [house, browser] = await Promise.all([startHouse(), startBrowser()]);
  const { client } = house;
  const rollout = { batch: 3, maxUnavailable: 3 };
  const schedules = [{ cron: "0 3 * * *", action: "restart", name: "nightly" }];
  await client.apps.put("web", serverManifest("web", { rollout, schedules }));
  await client.apps.put("orders", functionManifest("orders"));
  for (const version of ["v1", "v2"]) {
    await publish(client, "orders", version, functionCode("well"));
    await publish(client, "web", version, serverCode(version === "v2" ? "unwell" : "well"));
  }
  await Promise.all(["orders", "web"].map((app) => deploy(client, app, "v1")));
});
afterAll(async () => {
  await browser?.close();
  await house?.clear();
});

async function wish(reader: Reader, at: number, app: string, version: string): Promise<void> {
  const fields = reader.page.locator(".member-fields").nth(at);
  await fields.getByLabel("App").selectOption(app);
  await fields.getByLabel("Environment").selectOption(ENVIRONMENT);
  await fields.getByLabel("Release").selectOption(version);
}

test("a train is put together, its plan shown before it starts, and it is seen going and going back", async () => {
  const reader = await aReader(browser, house);
  const { page } = reader;
  await reader.go("#/trains");
  await page.getByText("No train has left yet.").waitFor();
  await page.getByRole("button", { name: "New train…" }).click();
  const startIt = page.getByRole("button", { name: "Start the train" });
  expect(await startIt.isDisabled()).toBe(true);
  await page.getByLabel("Name").fill("friday");
  await wish(reader, 0, "orders", "v2");
  await page.getByRole("button", { name: "Add a deployment" }).click();
  await wish(reader, 1, "web", "v2");
  await page.getByRole("region", { name: "Plan" }).getByText(`web/${ENVIRONMENT}: v1 → v2`).waitFor();
  await startIt.click();
  await page.locator("h1", { hasText: "friday" }).waitFor();
  await page.locator("h1 .badge", { hasText: "rolled back" }).waitFor({ timeout: 40_000 });
  expect(await page.locator(".stop").count()).toBe(2);
  expect(await page.locator(".stop.back .member.rolled_back").count()).toBe(2);
  expect(await page.locator(".reason").textContent()).toContain(`web/${ENVIRONMENT} rolled back`);
  await page.getByRole("link", { name: "its way back" }).first().click();
  await page.locator("h1", { hasText: "v2 → v1" }).waitFor();
  await page.getByRole("link", { name: "a train" }).click();
  await page.locator("h1", { hasText: "friday" }).waitFor();
  await page.getByRole("link", { name: "Trains" }).first().click();
  await page.locator("td", { hasText: "2 of 2" }).waitFor();
  expect(reader.complaints).toEqual([]);
  await reader.close();
});

test("what is refused of a train is said with its place, and nothing starts", async () => {
  const reader = await aReader(browser, house);
  const { page } = reader;
  await reader.go("#/trains");
  await page.getByRole("button", { name: "New train…" }).click();
  await wish(reader, 0, "orders", "v2");
  await page.getByRole("button", { name: "Add a deployment" }).click();
  await wish(reader, 1, "orders", "v1");
  await page.getByRole("alert").locator("li", { hasText: "is in this train already" }).waitFor();
  expect(await page.getByRole("button", { name: "Start the train" }).isDisabled()).toBe(true);
  await reader.close();
});

test("a viewer sees trains and starts none", async () => {
  const { secret } = await house.client.tokens.create({ name: "guest", role: "viewer" });
  const reader = await aReader(browser, house, { token: secret! });
  await reader.go("#/trains");
  await reader.page.getByRole("link", { name: "friday" }).click();
  await reader.page.locator(".stop").first().waitFor();
  expect(await reader.page.locator("main button").count()).toBe(0);
  await reader.close();
});

test("a target shows what is scheduled for it, when it comes next, and its health over time", async () => {
  const reader = await aReader(browser, house);
  await reader.go(`#/targets/web/${ENVIRONMENT}`);
  const schedules = reader.page.getByRole("region", { name: "Schedules" });
  await schedules.getByText("nightly").waitFor();
  expect(await schedules.locator("td time").textContent()).toMatch(/^in \d+ (h|min)$/);
  const chart = reader.page.getByRole("region", { name: "Health over time" });
  await chart.locator(".deed").first().waitFor();
  expect(await chart.locator("svg title").first().textContent()).toMatch(/^3 healthy of 3 wanted now/);
  await reader.close();
});

test("a freeze stands in the hall and at the target; an admin passes it with a reason, a deployer does not", async () => {
  const { items } = await house.client.environments.list();
  const { name, updatedAt: _, ...settings } = items.find((one) => one.name === ENVIRONMENT)!;
  const freezes = [{ from: "2026-01-01T00:00:00Z", to: "2096-01-01T00:00:00Z", reason: "the great fair" }];
  await house.client.environments.put(name, { ...settings, freezes });
  const { secret } = await house.client.tokens.create({ name: "dora", role: "deployer" });
  const deployer = await aReader(browser, house, { token: secret! });
  await deployer.page.locator(".calendar .closed", { hasText: "the great fair" }).waitFor();
  await deployer.go(`#/targets/orders/${ENVIRONMENT}`);
  await deployer.page.locator(".calendar .closed").waitFor();
  await deployer.page.getByRole("button", { name: "Deploy…" }).click();
  await deployer.page.getByText("An admin can let it through").waitFor();
  await deployer.page.getByRole("region", { name: "Plan" }).waitFor();
  expect(await deployer.page.getByRole("button", { name: "Deploy v2" }).isDisabled()).toBe(true);
  await deployer.close();

  const admin = await aReader(browser, house);
  await admin.go(`#/targets/orders/${ENVIRONMENT}`);
  await admin.page.locator(".calendar .closed").waitFor();
  await admin.page.getByRole("button", { name: "Deploy…" }).click();
  await admin.page.getByRole("region", { name: "Plan" }).waitFor();
  const go = admin.page.getByRole("button", { name: "Deploy v2" });
  expect(await go.isDisabled()).toBe(true);
  await admin.page.getByLabel("Let it through all the same").fill("the fair needs it");
  await go.click();
  await admin.page.locator("h1 .badge", { hasText: "succeeded" }).waitFor();
  await admin.page.locator("dd", { hasText: "the fair needs it" }).waitFor();

  await admin.go(`#/targets/web/${ENVIRONMENT}`);
  // What the page says of the environment comes behind the target itself.
  await admin.page.getByRole("heading", { level: 1, name: "web/" }).waitFor();
  await admin.page.locator(".calendar .closed").waitFor();
  await admin.page.getByRole("button", { name: "Restart…" }).click();
  const restart = admin.page.getByRole("dialog").getByRole("button", { name: "Restart", exact: true });
  expect(await restart.isDisabled()).toBe(true);
  await admin.page.getByLabel("Let it through all the same").fill("it leaks");
  await restart.click();
  await admin.page.getByRole("dialog").waitFor({ state: "detached" });
  const [newest] = (await house.client.deployments.list({ app: "web", limit: 1 })).items;
  expect(newest).toMatchObject({ trigger: "restart", override: { reason: "it leaks" } });
  expect(admin.complaints).toEqual([]);
  await admin.close();
});
