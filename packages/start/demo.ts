// `npm run demo`: the main job, unattended. Opens a house of its own in a directory of its own, plays every example
// and ends with one table; exit code 0 only if every line holds. Leaves no process and no directory behind.
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { keepCompiledCode } from "./compiled-code.ts";

keepCompiledCode();

async function main(): Promise<boolean> {
  const { openHouse, ROOT } = await import("./open-house.ts");
  const { createClient } = await import("#client/client.ts");
  const { playApp } = await import("./demo/scenario.ts");
  const { stageOn } = await import("./demo/stage.ts");
  const { allGood, drawTable } = await import("./demo/table.ts");
  const directory = mkdtempSync(join(tmpdir(), "tutti-demo-"));
  const house = await openHouse({
    port: 0,
    awsPort: 0,
    directory,
    timeScale: 1,
    servers: 3,
    fresh: false,
    token: undefined,
  });
  try {
    console.log(
      `The house is open after ${(performance.now() / 1000).toFixed(1)} s: ${house.apiUrl}/#token=${house.token}\n`,
    );
    const client = createClient({ url: house.apiUrl, token: house.token });
    const stage = stageOn(house, client);
    const examples = readdirSync(join(ROOT, "examples"))
      .map((name) => join(ROOT, "examples", name))
      .filter((folder) => existsSync(join(folder, "tutti.yaml")));
    const rows = await Promise.all(examples.map((folder) => playApp(stage, folder)));
    console.log(`\n${drawTable(rows)}\n\n${(performance.now() / 1000).toFixed(1)} s in all`);
    return allGood(rows);
  } finally {
    await house.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

main().then(
  (good) => process.exit(good ? 0 : 1),
  (error: Error) => {
    console.error(error);
    process.exit(1);
  },
);
