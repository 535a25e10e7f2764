// Who finds the door open finds the house furnished: programs that wait for the API's port need not know what comes after it.
import { mkdtempSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freePort } from "#start/free-port.ts";
import { type House, openHouse } from "#start/open-house.ts";

const directory = mkdtempSync(join(tmpdir(), "tutti-first-"));
let opening: Promise<House>;
let apiUrl: string;

beforeAll(async () => {
  const [port, awsPort] = await Promise.all([freePort(), freePort()]);
  apiUrl = `http://127.0.0.1:${port}`;
  const settings = { port, awsPort, directory, timeScale: 1, servers: 1, fresh: false, token: undefined };
  opening = openHouse(settings);
});

afterAll(async () => {
  await (await opening).close();
  rmSync(directory, { recursive: true, force: true });
});

test("the first answer at the door comes when every environment is there", async () => {
  const health = await firstAnswer(`${apiUrl}/healthz`);
  // Asked at once with the token of the file, before the house is said to be open.
  const authorization = `Bearer ${(await readFile(join(directory, "token"), "utf8")).trim()}`;
  const answer = await fetch(`${apiUrl}/v1/environments`, { headers: { authorization } });
  const { items } = (await answer.json()) as { items: { name: string }[] };
  expect(health.status).toBe(200);
  expect(items.map((one) => one.name).sort()).toEqual(["dev", "prod", "stage"]);
});

async function firstAnswer(url: string): Promise<Response> {
  for (;;) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer) return answer;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
