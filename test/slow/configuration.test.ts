// Configuration through a whole house: a change of it alone is a release that rolls out and back, and what is secret in it
// outlives the house's own end.
import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startHouse, type TestHouse } from "#test/support/house.ts";
import { digestOf, tarGzOf } from "#test/support/secret-apps.ts";

const KINDS = ["server", "function"] as const;
type Kind = (typeof KINDS)[number];

let house: TestHouse;
const artifacts = new Map<Kind, string>();
beforeAll(async () => {
  house = await startHouse({ servers: 1 });
  const credentials = { accessKeyId: "root", secretAccessKey: "root" };
  const secrets = new SecretsManagerClient({ endpoint: house.awsUrl, region: "us-east-1", credentials });
  await secrets.send(new CreateSecretCommand({ Name: "shop/token", SecretString: "hush" }));
  for (const kind of KINDS) {
    await house.client.apps.put(`shop-${kind}`, manifestOf(kind, "hello"));
    const { uploadUrl, uri } = await house.client.artifacts.create(`shop-${kind}`, "a.tar.gz");
    await fetch(uploadUrl, { method: "PUT", body: new Uint8Array(tarGzOf(kind)) });
    artifacts.set(kind, uri);
  }
});
afterAll(() => house?.clear());

/** The app shows the digests of both variables. */
function manifestOf(kind: Kind, DB_PASSWORD: string) {
  const health = { path: "/", intervalSeconds: 0.2, healthyThreshold: 1, graceSeconds: 20 };
  const start = kind === "server" ? { start: "node app.js" } : {};
  const secrets = { API_TOKEN: "secretsmanager:shop/token" };
  return { app: `shop-${kind}`, kind, health, config: { DB_PASSWORD }, secrets, ...start };
}

async function release(kind: Kind, version: string, word: string): Promise<void> {
  await house.client.apps.put(`shop-${kind}`, manifestOf(kind, word));
  await house.client.releases.create(`shop-${kind}`, { version, artifact: { uri: artifacts.get(kind)! } });
}

async function ended(id: string): Promise<string> {
  let deployment = await house.client.deployments.get(id);
  while (deployment.endedAt === null)
    deployment = await house.client.deployments.get(id, {
      waitSeconds: 20,
      afterRevision: deployment.revision,
    });
  return `${deployment.status}: ${deployment.reason}`;
}

async function deploy(kind: Kind, version: string): Promise<string> {
  const { id } = await house.client.deployments.create(`shop-${kind}`, { environment: "dev", version });
  return ended(id);
}

async function shown(kind: Kind): Promise<unknown> {
  const { endpoint } = await house.client.targets.get(`shop-${kind}`, "dev");
  return (await fetch(endpoint!)).json();
}

const saying = (word: string) => [digestOf(word), digestOf("hush")];

test.each(KINDS)(
  "a change of configuration alone is a release of a %s that rolls out and back",
  async (kind) => {
    await release(kind, "v1", "hello");
    expect(await deploy(kind, "v1")).toBe("succeeded: v1 is live.");
    await release(kind, "v2", "good day");
    const plan = await house.client.deployments.plan(`shop-${kind}`, { environment: "dev", version: "v2" });
    expect(plan.config).toEqual([{ name: "DB_PASSWORD", secret: false, from: "hello", to: "good day" }]);
    expect(await shown(kind)).toEqual(saying("hello"));
    expect(await deploy(kind, "v2")).toBe("succeeded: v2 is live.");
    expect(await shown(kind)).toEqual(saying("good day"));
    const { id } = await house.client.deployments.rollback(`shop-${kind}`, { environment: "dev" });
    expect(await ended(id)).toMatch(/^succeeded/);
    expect(await shown(kind)).toEqual(saying("hello"));
  },
);

test("a house that was killed starts its apps again with their secrets", async () => {
  const { directory } = house;
  await house.kill();
  house = await startHouse({ directory, servers: 1 });
  const again = () => shown("server").catch(() => null);
  await expect.poll(again).toEqual(saying("hello"));
});
