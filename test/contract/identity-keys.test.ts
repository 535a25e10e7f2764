// What makes keys and certifies them, on Secrets Manager, held against what apps check it with.
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { allowValue } from "#core/identity/identity.ts";
import { identityIssuer } from "#functions/deps/identity-issuer.ts";
import { aSpec } from "#test/support/a-deployment.ts";
import { aSandbox, type TestSandbox } from "#test/support/sandbox.ts";
import { guard } from "../../packages/identity/callee.js";
import { service } from "../../packages/identity/caller.js";

const issuer = identityIssuer((client) => client, {
  identityPrefix: "tutti/identity/",
  authorityPrefix: "tutti/authority/",
});

let sandbox: TestSandbox;
beforeAll(async () => {
  sandbox = await aSandbox();
  const { endpoint, region, credentials } = sandbox.config();
  vi.stubEnv("AWS_ENDPOINT_URL", endpoint);
  vi.stubEnv("AWS_REGION", region);
  vi.stubEnv("AWS_ACCESS_KEY_ID", credentials.accessKeyId);
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", credentials.secretAccessKey);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await sandbox.remove();
});

async function held(SecretId: string): Promise<string> {
  const { SecretString } = await new SecretsManagerClient(sandbox.config()).send(
    new GetSecretValueCommand({ SecretId }),
  );
  return SecretString!;
}

test("of several who make an authority at once one is first, and all believe the same two keys, without the private halves", async () => {
  const made = await Promise.all([1, 2, 3].map(() => issuer.authority("prod")));
  expect(new Set(made.map(({ keys }) => JSON.stringify(keys))).size).toBe(1);
  const [{ keys, secret }] = made as [(typeof made)[0]];
  expect(keys.map((key) => Object.keys(key).sort())).toEqual([
    ["crv", "kid", "kty", "x"],
    ["crv", "kid", "kty", "x"],
  ]);
  expect(JSON.parse(await held(secret)).keys.map((key: { kid: string }) => key.kid)).toEqual(
    keys.map(({ kid }) => kid),
  );
});

test("what it issues is let in where it is allowed; a new one takes its place, and the old one is good still", async () => {
  const authority = await issuer.authority("prod");
  const at = new Date().toISOString();
  const first = await issuer.issue({ app: "shop", environment: "prod" }, at);
  expect(Date.parse(first.expiresAt) - Date.parse(first.issuedAt)).toBeCloseTo(90 * 86_400_000, -4);
  const old = await held(first.secret);
  await issuer.issue({ app: "shop", environment: "prod" }, at);
  const fresh = await held(first.secret);
  expect(fresh).not.toBe(old);
  const own = { TUTTI_APP: "orders", TUTTI_ENVIRONMENT: "prod" };
  const orders = guard({ env: { ...own, TUTTI_ALLOW: allowValue(aSpec({ allow: ["shop"] }), authority) } });
  for (const TUTTI_IDENTITY of [old, fresh]) {
    const env = { TUTTI_IDENTITY, TUTTI_APP: "shop", TUTTI_ENVIRONMENT: "prod" };
    const identity = service("orders", { env }).headers("GET", "/v1")["tutti-identity"];
    expect(orders.check({ method: "GET", url: "/v1", identity })).toEqual({
      ok: true,
      caller: { app: "shop", environment: "prod" },
    });
  }
});

test("what is removed is gone at once, and asked again that is fine; the name can be used again", async () => {
  const name = { app: "gone", environment: "prod" };
  const identity = await issuer.issue(name, new Date().toISOString());
  await issuer.remove(identity);
  await expect(held(identity.secret)).rejects.toThrow(
    expect.objectContaining({ name: "ResourceNotFoundException" }),
  );
  await issuer.remove(identity);
  await issuer.issue(name, new Date().toISOString());
  expect(await held(identity.secret)).toContain("certificate");
});

test("without its authority nobody is certified", async () => {
  const asked = issuer.issue({ app: "shop", environment: "nowhere" }, new Date().toISOString());
  await expect(asked).rejects.toThrow("The secret tutti/authority/nowhere is gone");
});
