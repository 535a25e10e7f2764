// What the engine around a driver asks for, in whatever kind of deployment: each driver function may, with its own permissions and no more.
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { systemClock } from "#functions/deps/clock.ts";
import { identityIssuer } from "#functions/deps/identity-issuer.ts";
import { cloudWatchMetrics } from "#functions/deps/metrics.ts";
import { blueprint } from "#infra/blueprint.ts";
import { grantsOf } from "#infra/grants.ts";
import { deployTable } from "#start/deploy/table.ts";
import { documentClient } from "#store/client.ts";
import { createStore } from "#store/store.ts";
import { aSandbox, type TestSandbox } from "#test/support/sandbox.ts";
import { type Access, asFunction, asRoot, NAMES } from "./as-role.ts";

const DRIVERS = Object.keys(grantsOf).filter((short) => short.startsWith("driver-"));

let sandbox: TestSandbox;
const accessOf = new Map<string, Access>();
beforeAll(async () => {
  sandbox = await aSandbox();
  await deployTable(
    blueprint({ name: "tutti", account: NAMES.account, region: NAMES.region }, ""),
    asRoot(sandbox),
  );
  for (const short of DRIVERS) accessOf.set(short, await asFunction(sandbox, short));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await sandbox?.remove();
});

test.each(DRIVERS)("%s reads what scaling follows", async (short) => {
  const metrics = cloudWatchMetrics(new CloudWatchClient(accessOf.get(short)!), () => Date.now());
  const series = { namespace: "App", name: "requests", dimensions: {}, statistic: "Sum" as const };
  expect(await metrics.read([series], 3)).toEqual([[]]);
});

test.each(DRIVERS)("%s reads the shards of a step together", async (short) => {
  const client = documentClient(new DynamoDBClient(accessOf.get(short)!));
  const { shards } = createStore({ client, table: NAMES.table, clock: systemClock });
  expect(await shards.all("dep_none", 0)).toEqual([]);
});

test.each(DRIVERS)(
  "%s makes an authority, certifies an app anew, and takes its identity away",
  async (short) => {
    const { endpoint, region, credentials } = accessOf.get(short)!;
    vi.stubEnv("AWS_ENDPOINT_URL", endpoint);
    vi.stubEnv("AWS_REGION", region);
    vi.stubEnv("AWS_ACCESS_KEY_ID", credentials.accessKeyId);
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", credentials.secretAccessKey);
    const issuer = identityIssuer((client) => client, {
      identityPrefix: NAMES.identitySecretPrefix,
      authorityPrefix: NAMES.authoritySecretPrefix,
    });
    const name = { app: "shop", environment: short };
    expect((await issuer.authority(short)).keys).toHaveLength(2);
    await issuer.issue(name, new Date().toISOString());
    await issuer.remove(await issuer.issue(name, new Date().toISOString()));
  },
);
