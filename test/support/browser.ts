// A real Chromium for tests, from an npm package; says which Debian packages are missing where it cannot start.
import chromium from "@sparticuz/chromium";
import { type Browser, chromium as launcher } from "playwright-core";
import { lastingTmp } from "./one-temp-folder.ts";

const ADVICE = "Chromium does not start here; on Debian: apt-get install libnss3 libnspr4";

/** Not the package's own arguments: those switch web security off, and the tests are to see what a reader sees. */
const ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--headless=shell"];

export async function startBrowser(): Promise<Browser> {
  try {
    const executablePath = await unpacked();
    return await launcher.launch({ executablePath, args: ARGUMENTS, headless: true, timeout: 120_000 });
  } catch (error) {
    throw new Error(`${ADVICE}\n${error}`, { cause: error });
  }
}

/** Once for all runs: the package unpacks it into the temporary directory where it is not there yet, which takes seconds. */
async function unpacked(): Promise<string> {
  const { TMPDIR } = process.env;
  process.env.TMPDIR = lastingTmp();
  try {
    return await chromium.executablePath();
  } finally {
    if (TMPDIR === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = TMPDIR;
  }
}
