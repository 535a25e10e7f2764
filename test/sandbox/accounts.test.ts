// Two accounts on one sandbox: what a role's trust asks of who assumes it, when a session ends, and that neither account sees the other.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import {
  CreateSecretCommand,
  GetSecretValueCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Credentials } from "#sandbox/platform.ts";
import { type Sandbox, startSandbox } from "#sandbox/sandbox.ts";

const [HOME, OTHER] = ["000000000000", "111111111111"];
const TARGETS = `arn:aws:iam::${OTHER}:role/targets`;
const EXTERNAL_ID = "what-both-agreed-on";

let directory: string;
let sandbox: Sandbox;
const as = (credentials: Credentials) => ({ endpoint: sandbox.endpoint, region: "us-east-1", credentials });
const allowing = (...statements: object[]) =>
  JSON.stringify({ Version: "2012-10-17", Statement: statements });

async function makeRole(owner: Credentials, RoleName: string, trust: string, policy: string): Promise<void> {
  const iam = new IAMClient(as(owner));
  await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust }));
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: "p", PolicyDocument: policy }));
}

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "sandbox-accounts-"));
  sandbox = await startSandbox({ directory, port: 0, timeScale: 1, accounts: [OTHER!] });
  const trust = {
    ...{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { AWS: `arn:aws:iam::${HOME}:root` } },
    Condition: {
      StringEquals: { "sts:ExternalId": EXTERNAL_ID },
      ArnLike: { "aws:PrincipalArn": "*:role/call*" },
    },
  };
  const reading = { Effect: "Allow", Action: "secretsmanager:GetSecretValue", Resource: "*" };
  await makeRole(sandbox.ownerOf(OTHER!), "targets", allowing(trust), allowing(reading));
  const assuming = { Effect: "Allow", Action: "sts:AssumeRole", Resource: TARGETS };
  await makeRole(sandbox.rootCredentials, "caller", "{}", allowing(assuming));
  await makeRole(sandbox.rootCredentials, "called-otherwise", "{}", allowing(reading));
  await makeRole(sandbox.rootCredentials, "stranger", "{}", allowing(assuming));
  for (const [owner, SecretString] of [
    [sandbox.rootCredentials, "at home"],
    [sandbox.ownerOf(OTHER!), "over there"],
  ] as const)
    await new SecretsManagerClient(as(owner)).send(new CreateSecretCommand({ Name: "which", SecretString }));
});
afterAll(async () => {
  await sandbox.stop();
  rmSync(directory, { recursive: true, force: true });
});

async function assume(role: string, ExternalId?: string): Promise<Credentials> {
  const sts = new STSClient(as(sandbox.platform.credentialsOf(`arn:aws:iam::${HOME}:role/${role}`)));
  const { Credentials: found } = await sts.send(
    new AssumeRoleCommand({ RoleArn: TARGETS, RoleSessionName: "test", ExternalId, DurationSeconds: 900 }),
  );
  return {
    accessKeyId: found!.AccessKeyId!,
    secretAccessKey: found!.SecretAccessKey!,
    sessionToken: found!.SessionToken!,
  };
}

const readWhich = async (credentials: Credentials) =>
  (await new SecretsManagerClient(as(credentials)).send(new GetSecretValueCommand({ SecretId: "which" })))
    .SecretString;

test("who may assume a role does so with the external id, and is the other account then", async () => {
  const session = await assume("caller", EXTERNAL_ID);
  expect(await readWhich(session)).toBe("over there");
  expect(await readWhich(sandbox.rootCredentials)).toBe("at home");
  expect(await new STSClient(as(session)).send(new GetCallerIdentityCommand({}))).toMatchObject({
    Account: OTHER,
    Arn: TARGETS,
  });
});

test.each([
  ["without the external id", "caller", undefined],
  ["with another one", "caller", "guessed"],
  ["whom the trust policy does not mean", "stranger", EXTERNAL_ID],
  ["whose own policy does not allow it", "called-otherwise", EXTERNAL_ID],
])("nobody does %s", async (_who, role, externalId) => {
  await expect(assume(role, externalId)).rejects.toThrow(
    /is not authorized to perform: sts:AssumeRole on resource/,
  );
});

test("a session has the role's rights and no more, needs its token, and ends", async () => {
  const session = await assume("caller", EXTERNAL_ID);
  const create = new CreateSecretCommand({ Name: "more", SecretString: "no" });
  await expect(new SecretsManagerClient(as(session)).send(create)).rejects.toThrow(
    /secretsmanager:CreateSecret/,
  );
  const { sessionToken: _none, ...bare } = session;
  await expect(readWhich(bare)).rejects.toThrow("The security token included in the request is invalid.");
  const later = vi.spyOn(Date, "now").mockReturnValue(Date.now() + 901_000);
  await expect(readWhich(session)).rejects.toMatchObject({ name: "ExpiredTokenException" });
  later.mockRestore();
});
