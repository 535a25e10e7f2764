// A driver function in a process of its own: the real engine and store over hosts in memory, as much heap as a function of 256 MB may
// well have, and nothing of the interpreter or the database. Arguments: hosts, the table's endpoint and name, when the clock began.
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { idSource } from "#core/ids.ts";
import type { DriverRequest } from "#core/rollout/messages.ts";
import { conduct } from "#engine/conduct.ts";
import type { EngineDeps } from "#engine/deps.ts";
import { newTraceId } from "#functions/deps/trace-ids.ts";
import { documentClient } from "#store/client.ts";
import { createStore } from "#store/store.ts";
import { fakeDriver } from "#targets/fake/driver.ts";
import { fakeWorld } from "#targets/fake/world.ts";
import { fastClock } from "#test/support/fast-clock.ts";

export type Asked = { id: number; request: DriverRequest };
/** `peakBytes`: most that the process has held so far. */
export type Answered = { id: number; answer?: unknown; error?: string; peakBytes: number };

function depsOf([hosts, endpoint, table, beganMs]: string[]): EngineDeps {
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  const client = documentClient(new DynamoDBClient({ region: "us-east-1", endpoint, credentials }));
  const clock = fastClock(Number(beganMs));
  const unasked = () => Promise.reject(new Error("a rollout without alarms, secrets or a second execution"));
  return {
    store: createStore({ client, table: table!, clock }),
    clock,
    newTraceId,
    ids: idSource(clock.now, Math.random),
    log: { info: () => {}, warn: () => {}, error: console.error },
    executions: { start: unasked, describe: unasked },
    tokens: { succeed: unasked },
    driver: fakeDriver(fakeWorld(Number(hosts))),
    alarms: { read: async () => [] },
    metrics: { read: async () => [] },
    secrets: { versionOf: unasked },
    identities: { authority: unasked, issue: unasked, remove: unasked },
    home: { account: "000000000000", region: "us-east-1" },
  };
}

const deps = depsOf(process.argv.slice(2));

process.on("message", async ({ id, request }: Asked) => {
  const played = await conduct(deps, request).then(
    (answer) => ({ answer }),
    (error: Error) => ({ error: error.stack ?? error.message }),
  );
  // Linux counts it in KiB (getrusage(2), ru_maxrss).
  const peakBytes = process.resourceUsage().maxRSS * 1024;
  process.send!({ id, ...played, peakBytes } satisfies Answered);
});
