// The console where it is hard: from 320 px to 4K, names from right to left and without an end, a slow network, a token that
// ends while the page is open. `SCREENSHOTS` names a folder for pictures of all pages.
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createClient } from "#client/client.ts";
import { startBrowser } from "#test/support/browser.ts";
import { aReader, type Reader } from "#test/support/console.ts";
import { startHouse, type TestHouse } from "#test/support/house.ts";
import { publish, serverCode, serverManifest, settled, start } from "#test/support/release-of.ts";

const APP = "an-app-whose-name-is-as-long-as-a-name";
const LONG = `v1.0.0-${"x".repeat(50)}`;
const RIGHT_TO_LEFT = `مدير ${"w".repeat(90)}`;

let house: TestHouse;
let browser: Browser;
let deployment: string;

beforeAll(async () => {
  [house, browser] = await Promise.all([startHouse(), startBrowser()]);
  const { secret } = await house.client.tokens.create({ name: RIGHT_TO_LEFT, role: "operator" });
  const theirs = createClient({ url: house.apiUrl, token: secret! });
  await theirs.apps.put(APP, serverManifest(APP));
  await publish(theirs, APP, LONG, serverCode("well"));
  deployment = (await start(theirs, APP, LONG)).id;
  await settled(theirs, deployment);
});
afterAll(async () => {
  await browser?.close();
  await house?.clear();
});

const PAGES = (): [name: string, hash: string, shows: string][] => [
  ["hall", "#/", APP],
  ["deployments", "#/deployments", LONG],
  ["deployment", `#/deployments/${deployment}`, LONG],
  ["target", `#/targets/${APP}/dev`, LONG],
  ["trains", "#/trains", "Trains"],
  ["healing", "#/healing", "Healing runs"],
  ["notifications", "#/notifications", "Notifications"],
  ["audit", "#/audit", "مدير"],
  ["tokens", "#/tokens", "مدير"],
];

/** How far the page, or a table in it, is wider than there is room for. */
async function overflowOf({ page }: Reader): Promise<number> {
  return page.evaluate(() => {
    const tables = [...document.querySelectorAll(".scroll")].map((one) => one.scrollWidth - one.clientWidth);
    return Math.max(0, document.documentElement.scrollWidth - innerWidth, ...tables);
  });
}

for (const [width, height, colorScheme] of [
  [320, 640, "light"],
  [2560, 1440, "dark"],
  [3840, 2160, "light"],
] as const)
  test(`nothing runs over the edge, ${width} px wide, however long and from whichever side`, async () => {
    const reader = await aReader(browser, house, { colorScheme, viewport: { width, height } });
    for (const [name, hash, shows] of PAGES()) {
      await reader.go(hash);
      await reader.page.getByText(shows).first().waitFor();
      await reader.page.locator(".waiting", { hasText: "…" }).waitFor({ state: "detached" });
      expect([name, await overflowOf(reader)]).toEqual([name, 0]);
      const folder = process.env.SCREENSHOTS;
      if (folder) await reader.page.screenshot({ path: join(folder, `long-${name}-${width}.png`) });
    }
    expect(reader.complaints).toEqual([]);
    await reader.close();
  });

test("on a slow network the page says that it waits, and then shows what came", async () => {
  const reader = await aReader(browser, house);
  const network = await reader.page.context().newCDPSession(reader.page);
  // 400 kbit/s and 800 ms there and back: a telephone in a train.
  await network.send("Network.emulateNetworkConditions", {
    offline: false,
    latency: 800,
    downloadThroughput: 50_000,
    uploadThroughput: 50_000,
  });
  await reader.go(`#/targets/${APP}/dev`);
  await reader.page.getByText("Looking…").waitFor();
  await reader.page.getByRole("heading", { name: "Replicas" }).waitFor();
  await reader.page.reload();
  await reader.page.getByRole("heading", { name: "Replicas" }).waitFor();
  expect(reader.complaints).toEqual([]);
  await reader.close();
});

test.each([
  ["expires", {}],
  ["is revoked", { revoked: true }],
])(
  "a token that %s while the page is open leads to the door, with a sentence",
  async (how, {
    revoked,
  }: {
    revoked?: boolean;
  }) => {
    const ending = revoked ? {} : { expiresInSeconds: 4 };
    const { id, secret } = await house.client.tokens.create({ name: how, role: "viewer", ...ending });
    const reader = await aReader(browser, house, { token: secret! });
    await reader.page.getByRole("heading", { name: "The hall" }).waitFor();
    if (revoked) await house.client.tokens.revoke(id);
    const told = reader.page.getByRole("alert");
    // One request waits for a change; the next one is refused.
    await told.waitFor({ timeout: 40_000 });
    expect(await told.textContent()).toMatch(/does not accept this token|expired/);
    await reader.page.getByLabel("Token").waitFor();
    await reader.close();
  },
);
