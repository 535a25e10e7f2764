// What a driver refuses in a dry run reaches whoever asked as a problem document that names where the fault is and what is allowed
// there: over HTTP, through the API's function and the driver's.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ClientError } from "#client/client-error.ts";
import { startHouse, type TestHouse } from "#test/support/house.ts";
import {
  ENVIRONMENT,
  functionCode,
  functionManifest,
  machineManifest,
  publish,
  serverCode,
  serverManifest,
} from "#test/support/release-of.ts";

let house: TestHouse;
beforeAll(async () => {
  house = await startHouse();
});
afterAll(() => house?.clear());

const SECRETS = { secrets: { PW: "secretsmanager:nobody#x" } };
const NO_SECRET = [{ path: "secrets.PW", message: "there is no secretsmanager:nobody#x" }];
const IMAGE = `public.ecr.aws/nobody/nothing@sha256:${"1".repeat(64)}`;

async function refusedDryRun(manifest: { app: string; kind: string }): Promise<unknown> {
  const { app, kind } = manifest;
  await house.client.apps.put(app, manifest as never);
  const code = kind === "function" ? functionCode("well") : serverCode("well");
  if (kind === "container")
    await house.client.releases.create(app, { version: "v1", artifact: { image: IMAGE } });
  else await publish(house.client, app, "v1", code);
  const asked = { environment: ENVIRONMENT, version: "v1" } as const;
  const error = await house.client.deployments.plan(app, asked).catch((one: ClientError) => one);
  return (error as ClientError).problem;
}

const cases: [string, { app: string; kind: string }, string, unknown][] = [
  [
    "server",
    serverManifest("crowd", { replicas: 9 }),
    "capacity_exceeded",
    [{ path: "replicas", message: "must be at most 3: pool web has no more" }],
  ],
  [
    "server that is placed",
    serverManifest("giant", {
      server: { pool: "web", placement: "binpack" },
      resources: { cpu: 8, memoryMiB: 64 },
    }),
    "capacity_exceeded",
    [{ path: "resources", message: expect.stringMatching(/^must fit on a host: 3 of 3 copies do not fit/) }],
  ],
  [
    "vm",
    { ...machineManifest("titan"), resources: { cpu: 190, memoryMiB: 700_000 } } as never,
    "invalid_input",
    [{ path: "resources", message: expect.stringContaining("allowed (t4g.*)") }],
  ],
  [
    "container",
    { app: "boxed", kind: "container", port: 8080, ...SECRETS } as never,
    "secret_unavailable",
    NO_SECRET,
  ],
  ["function", { ...functionManifest("small"), ...SECRETS } as never, "secret_unavailable", NO_SECRET],
];

test.each(cases)("a dry run of a %s that is refused names the path and what is allowed", async (...one) => {
  const [, manifest, code, errors] = one;
  expect(await refusedDryRun(manifest)).toMatchObject({ code, status: 422, errors });
});
