// A whole house in the test's own process, so that the test can reach into its sandbox: unplug a host, count requests, end an instance.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Client, createClient } from "#client/client.ts";
import { type House, openHouse } from "#start/open-house.ts";
import type { Settings } from "#start/settings.ts";

export type OwnHouse = House & { client: Client; directory: string };

/** On free ports and with a state of its own, which goes with it. */
export async function openOwnHouse(settings: Partial<Settings> = {}): Promise<OwnHouse> {
  const directory = mkdtempSync(join(tmpdir(), "tutti-house-"));
  const own = { port: 0, awsPort: 0, directory, timeScale: 1, servers: 3, fresh: false, token: undefined };
  const house = await openHouse({ ...own, ...settings });
  return {
    ...house,
    directory,
    client: createClient({ url: house.apiUrl, token: house.token }),
    async close() {
      await house.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
