// The console on what a target keeps and how it is scaled: what the page shows of both is what the API says, while it moves.
// `SCREENSHOTS` names a folder for pictures. Sandbox time runs 20 times as fast.
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startBrowser } from "#test/support/browser.ts";
import { aReader } from "#test/support/console.ts";
import { startHouse, type TestHouse } from "#test/support/house.ts";
import { loadAt } from "#test/support/load-at.ts";
import { buildImage, publishContainer } from "#test/support/release-container.ts";
import { deploy, ENVIRONMENT, publish, serverCode, serverManifest } from "#test/support/release-of.ts";

const LEDGER = "ledger";
const WAVES = "waves";

let house: TestHouse;
let browser: Browser;

beforeAll(async () => {
  [house, browser] = await Promise.all([startHouse({ timeScale: 20 }), startBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await house?.clear();
});

async function open(app: string) {
  const reader = await aReader(browser, house);
  await reader.go(`#/targets/${app}/${ENVIRONMENT}`);
  await reader.page.getByRole("heading", { name: "Releases" }).waitFor();
  const picture = async (name: string) => {
    const folder = process.env.SCREENSHOTS;
    if (folder) await reader.page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
  };
  /** The cells of a table, row by row. */
  const rowsOf = (table: string) =>
    reader.page
      .locator(`section[aria-label="${table}"] tbody tr`)
      .evaluateAll((rows) =>
        rows.map((row) => [...row.querySelectorAll("td")].map((cell) => cell.textContent!.trim())),
      );
  return { ...reader, picture, rowsOf };
}

test("each disk is shown with its copy, and one that is kept without a copy is seen when it comes to that", async () => {
  const { client } = house;
  const volumes = [{ name: "data", path: "/data", sizeGiB: 1 }];
  await client.apps.put(LEDGER, serverManifest(LEDGER, { replicas: 2, volumes }));
  await publish(client, LEDGER, "v1", serverCode("well"));
  expect(await deploy(client, LEDGER, "v1")).toMatchObject({ status: "succeeded" });
  const { page, rowsOf, picture, close, complaints } = await open(LEDGER);
  const told = async () => (await client.targets.get(LEDGER, ENVIRONMENT)).volumes!;
  const shown = async () =>
    (await told()).map(({ name, copy, where }) => [name, "1 GiB", copy ?? "shared, or no copy now", where]);
  expect(await rowsOf("Volumes")).toEqual(await shown());
  expect((await told()).map((one) => one.copy).sort()).toEqual(["dev-web-1", "dev-web-2"]);
  await client.targets.scale(LEDGER, ENVIRONMENT, 1);
  // Nothing is reloaded: the page hears of it.
  await page.getByText("no copy now").waitFor();
  await expect.poll(async () => await rowsOf("Volumes")).toEqual(await shown());
  await picture("volumes");
  expect(complaints).toEqual([]);
  await close();
});

test("bounds, what is followed, and what the platform did by itself are shown while the load rises", async () => {
  const { client } = house;
  const scaling = { min: 2, max: 4, metric: "requestsPerReplica", target: 1, warmupSeconds: 60 };
  const image = await buildImage(client, WAVES);
  await publishContainer(client, WAVES, "v1", image, "well", { scaling, replicas: 2 });
  expect(await deploy(client, WAVES, "v1")).toMatchObject({ status: "succeeded" });
  const { page, rowsOf, picture, close, complaints } = await open(WAVES);
  const facts = page.locator(".facts-list").filter({ hasText: "Bounds" });
  const fact = (name: string) => facts.locator("div", { hasText: name }).locator("dd").textContent();
  expect([await fact("Bounds"), await fact("Follows"), await fact("Kept near")]).toEqual([
    "2 to 4 copies",
    "requestsPerReplica",
    "1",
  ]);
  await page.getByText("The platform has not scaled it by itself yet.").waitFor();
  const { endpoint } = await client.targets.get(WAVES, ENVIRONMENT);
  const load = loadAt(endpoint!, 90);
  await page.locator('section[aria-label="Scaling"] tbody tr').first().waitFor({ timeout: 60_000 });
  const [first] = await rowsOf("Scaling");
  const told = (await client.targets.get(WAVES, ENVIRONMENT)).scaling!.activities.at(-1)!;
  expect(first!.slice(2)).toEqual([told.description, told.cause]);
  await expect.poll(() => fact("Keeps now")).toBe("4");
  await page.locator(".deed.scaling").first().waitFor();
  await picture("scaling");
  await load.stop();
  expect(complaints).toEqual([]);
  await close();
});
