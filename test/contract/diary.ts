// An app that keeps a diary on its disk, and what tests of disks look at.
import { strToU8, zipSync } from "fflate";
import { expect } from "vitest";
import type { Fleet } from "#core/domain/replica.ts";
import type { Spec } from "#core/domain/spec.ts";
import type { Driver, TargetContext } from "#core/driver/driver.ts";
import { aRollout } from "#test/support/a-deployment.ts";

/** Writes when it begins and when it ends, and reads it all out. */
export function diaryArchive(version: string, healthz = 200): Uint8Array {
  const code = `const { appendFileSync, readFileSync } = require("node:fs");
const file = process.env.TUTTI_VOLUME_DATA + "/diary";
const write = (word) => appendFileSync(file, word + " ${version}\\n");
write("begins");
const server = require("node:http").createServer((request, response) => {
  if (request.url === "/healthz") response.statusCode = ${healthz};
  response.end(readFileSync(file));
});
server.listen(process.env.PORT);
process.on("SIGTERM", () => {
  write("ends");
  process.exit(0);
});
`;
  // The same bytes at any time, so that a test that is tried again publishes what it published before.
  return zipSync({ "app.js": strToU8(code) }, { mtime: "2026-01-05" });
}

export const DIARY_SPEC: Partial<Spec> = {
  app: "diary",
  volumes: [{ name: "data", path: "/data", sizeGiB: 1 }],
  rollout: aRollout({ drainSeconds: 0 }),
};

export async function diaries({ replicas }: { replicas: { address: string | null }[] }): Promise<string[]> {
  const texts = replicas.map(async ({ address }) => (await fetch(`http://${address}/`)).text());
  return (await Promise.all(texts)).map((text) => text.trim().replaceAll("\n", ", ")).sort();
}

/** By their ids, in the order of their slots. */
export async function disksOf(driver: Driver, target: TargetContext) {
  const { volumes = [] } = await driver.inspect(target);
  return volumes.map(({ where, copy }) => ({ id: where.split(" ")[0]!, copy }));
}

/** A pass of healing every quarter of a second, as the schedule's are every minute. */
export async function healUntil(
  driver: Driver,
  target: TargetContext,
  version: string,
  isSo: (fleet: Fleet) => boolean,
): Promise<Fleet> {
  const live = { ...target, current: version };
  for (const until = Date.now() + 120_000; ; ) {
    const fleet = await driver.inspect(live);
    if (isSo(fleet)) return fleet;
    expect(Date.now(), JSON.stringify(fleet)).toBeLessThan(until);
    await driver.repair(live, fleet, { replicas: [], drift: true });
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

export const allWell =
  (count: number) =>
  ({ replicas }: Fleet) =>
    replicas.length === count && replicas.every(({ health }) => health === "healthy");
