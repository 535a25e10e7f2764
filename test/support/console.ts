// A reader of the console: a page of real Chromium, signed in, that keeps what the browser had to complain about.
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import type { TestHouse } from "./house.ts";

export type Reader = {
  page: Page;
  /** Scripts that broke, and whatever the security policy blocked. */
  complaints: string[];
  /** Goes there as a link on the page would, without loading the page again. */
  go(hash: string): Promise<void>;
  close(): Promise<void>;
};

const PATIENCE_MILLISECONDS = 60_000;
/** The browser itself reports refusals and a server that is away; the page says those in words. */
const EXPECTED = /status of 40[1349]|ERR_(FAILED|CONNECTION|EMPTY|NETWORK)/;

export async function aReader(
  browser: Browser,
  house: TestHouse,
  options: BrowserContextOptions & { token?: string } = {},
): Promise<Reader> {
  const { token = house.token, ...context } = options;
  const opened = await browser.newContext(context);
  const page = await opened.newPage();
  page.setDefaultTimeout(PATIENCE_MILLISECONDS);
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error" && !EXPECTED.test(message.text())) complaints.push(message.text());
  });
  await page.goto(`${house.apiUrl}/#token=${encodeURIComponent(token)}`);
  await page.getByRole("navigation").or(page.getByLabel("Token")).waitFor();
  return {
    page,
    complaints,
    go: (hash) =>
      page.evaluate((there) => {
        location.hash = there;
      }, hash),
    close: () => opened.close(),
  };
}
