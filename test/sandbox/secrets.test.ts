// Secrets Manager, as its client sees it.
import { statSync } from "node:fs";
import * as secretsmanager from "@aws-sdk/client-secrets-manager";
import { expect, test } from "vitest";
import { aRole, aSandbox, type TestSandbox } from "#test/support/sandbox.ts";
import { shared } from "#test/support/shared.ts";

let sandbox: TestSandbox;
let client: secretsmanager.SecretsManagerClient;
shared(
  async () => {
    sandbox = await aSandbox();
    client = new secretsmanager.SecretsManagerClient(sandbox.config());
  },
  () => sandbox?.remove(),
);

test("a secret is read by name and by ARN, with its versions by stage", async () => {
  const created = await client.send(
    new secretsmanager.CreateSecretCommand({ Name: "storefront/db", SecretString: '{"password":"one"}' }),
  );
  expect(created.ARN).toMatch(/^arn:aws:secretsmanager:us-east-1:000000000000:secret:storefront\/db-\w{6}$/);
  await client.send(new secretsmanager.PutSecretValueCommand({ SecretId: created.ARN, SecretString: "two" }));
  const read = async (SecretId: string, VersionStage?: string) =>
    (await client.send(new secretsmanager.GetSecretValueCommand({ SecretId, VersionStage }))).SecretString;
  expect(await read("storefront/db")).toBe("two");
  expect(await read(created.ARN ?? "", "AWSPREVIOUS")).toBe('{"password":"one"}');
  await client.send(
    new secretsmanager.UpdateSecretCommand({ SecretId: "storefront/db", SecretString: "three" }),
  );
  expect(await read("storefront/db", "AWSPREVIOUS")).toBe("two");
});

test("bytes are kept as bytes, in a file that only its owner reads", async () => {
  const SecretBinary = new Uint8Array([0, 255, 7]);
  await client.send(new secretsmanager.CreateSecretCommand({ Name: "binary", SecretBinary }));
  const value = await client.send(new secretsmanager.GetSecretValueCommand({ SecretId: "binary" }));
  expect([...(value.SecretBinary ?? [])]).toEqual([0, 255, 7]);
  expect(statSync(`${sandbox.directory}/secretsmanager/binary.json`).mode & 0o777).toBe(0o600);
});

test("what is not there, is there already or is on its way out has its own error", async () => {
  await expect(
    client.send(new secretsmanager.GetSecretValueCommand({ SecretId: "none" })),
  ).rejects.toBeInstanceOf(secretsmanager.ResourceNotFoundException);
  await client.send(new secretsmanager.CreateSecretCommand({ Name: "twice", SecretString: "1" }));
  await expect(
    client.send(new secretsmanager.CreateSecretCommand({ Name: "twice", SecretString: "2" })),
  ).rejects.toBeInstanceOf(secretsmanager.ResourceExistsException);
  await client.send(new secretsmanager.DeleteSecretCommand({ SecretId: "twice" }));
  const value = new secretsmanager.GetSecretValueCommand({ SecretId: "twice" });
  await expect(client.send(value)).rejects.toBeInstanceOf(secretsmanager.InvalidRequestException);
  await client.send(new secretsmanager.RestoreSecretCommand({ SecretId: "twice" }));
  expect((await client.send(value)).SecretString).toBe("1");
});

test("a role reads the secrets that its policy names, whatever their suffix", async () => {
  await client.send(new secretsmanager.CreateSecretCommand({ Name: "mine/a", SecretString: "a" }));
  const Resource = "arn:aws:secretsmanager:*:*:secret:mine/*";
  const role = await aRole(sandbox, "mine", [{ Action: "secretsmanager:GetSecretValue", Resource }]);
  const mine = new secretsmanager.SecretsManagerClient(sandbox.config(role));
  expect(
    (await mine.send(new secretsmanager.GetSecretValueCommand({ SecretId: "mine/a" }))).SecretString,
  ).toBe("a");
  await expect(
    mine.send(new secretsmanager.GetSecretValueCommand({ SecretId: "storefront/db" })),
  ).rejects.toMatchObject({ name: "AccessDeniedException" });
});
