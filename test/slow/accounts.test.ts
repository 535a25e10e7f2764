// A function whose targets live in another account than Tutti: it is made there and nowhere else, by the one role that both sides agreed
// on, and the doctor says what is wrong where the other side has not agreed.
import {
  CreateRoleCommand,
  IAMClient,
  PutRolePolicyCommand,
  UpdateAssumeRolePolicyCommand,
} from "@aws-sdk/client-iam";
import { LambdaClient, ListFunctionsCommand } from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Client } from "#client/client.ts";
import { policyDocument } from "#infra/policy.ts";
import { targetTemplate } from "#infra/target-policy.ts";
import { type OwnHouse, openOwnHouse } from "#test/support/own-house.ts";
import { functionCode, functionManifest, publish, settled } from "#test/support/release-of.ts";

const [HOME, OTHER] = ["000000000000", "111111111111"];
const EXTERNAL_ID = "orchestra-and-house-2026";
const APP_ROLE = `arn:aws:iam::${OTHER}:role/tutti-app-mailer`;

let house: OwnHouse;
let client: Client;
beforeAll(async () => {
  house = await openOwnHouse({ servers: 0, accounts: [OTHER!] });
  ({ client } = house);
  const iam = new IAMClient(there());
  await iam.send(
    new CreateRoleCommand({ RoleName: "tutti-targets", AssumeRolePolicyDocument: trust(EXTERNAL_ID) }),
  );
  await iam.send(
    new PutRolePolicyCommand({
      RoleName: "tutti-targets",
      PolicyName: "targets",
      PolicyDocument: deploying(),
    }),
  );
  const lambda = {
    Effect: "Allow",
    Principal: { Service: "lambda.amazonaws.com" },
    Action: "sts:AssumeRole",
  };
  await iam.send(
    new CreateRoleCommand({
      RoleName: "tutti-app-mailer",
      AssumeRolePolicyDocument: JSON.stringify({ Statement: [lambda] }),
    }),
  );
  await client.environments.put("abroad", {
    pools: {},
    functionRoleArn: APP_ROLE.replace("mailer", "{app}"),
    accounts: { function: { id: OTHER!, externalId: EXTERNAL_ID } },
  });
  await client.apps.put("mailer", functionManifest("mailer"));
  await publish(client, "mailer", "v1", functionCode("well"));
});
afterAll(() => house?.close());

const there = () => ({ ...house.access(), credentials: { ...house.sandbox.ownerOf(OTHER!) } });

/** As examples/platform makes it: this installation's driver, with the external id. */
function trust(externalId: string): string {
  const Condition = {
    StringEquals: { "sts:ExternalId": externalId },
    ArnLike: { "aws:PrincipalArn": `arn:aws:iam::${HOME}:role/tutti-driver-*` },
  };
  const one = {
    Effect: "Allow",
    Principal: { AWS: `arn:aws:iam::${HOME}:root` },
    Action: "sts:AssumeRole",
    Condition,
  };
  return JSON.stringify({ Version: "2012-10-17", Statement: [one] });
}

/** The example's, for this account. */
function deploying(): string {
  return policyDocument(targetTemplate())
    .replaceAll("INSTALLATION", "tutti")
    .replaceAll("ACCOUNT", OTHER!)
    .replaceAll("REGION", "us-east-1");
}

async function functionsOf(access: ReturnType<typeof there>): Promise<string[]> {
  const { Functions = [] } = await new LambdaClient(access).send(new ListFunctionsCommand({}));
  return Functions.map((one) => one.FunctionName!).filter((name) => name.startsWith("tutti-app-"));
}

async function deployAbroad() {
  const { id } = await client.deployments.create("mailer", { environment: "abroad", version: "v1" });
  return settled(client, id);
}

test("an account that the installation may not work in is refused, naming those it may", async () => {
  const accounts = { function: { id: "222222222222", externalId: EXTERNAL_ID } };
  await expect(client.environments.put("abroad", { pools: {}, accounts })).rejects.toThrow(
    /is not an account that this installation may work in .* there are: 111111111111/,
  );
});

test("where the role does not trust, a deployment ends and the doctor says what to do; then it is mended", async () => {
  const iam = new IAMClient(there());
  const put = (document: string) =>
    iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: "tutti-targets", PolicyDocument: document }));
  await put(trust("what-somebody-else-said"));
  const refused = await deployAbroad();
  expect(refused).toMatchObject({ status: "rolled_back" });
  expect(refused.reason).toContain("sts:AssumeRole was denied");
  const { checks } = await client.environments.doctor("abroad");
  const wrong = checks.filter((one) => !one.ok);
  expect(wrong.map(({ path, kinds }) => [path, kinds])).toEqual([["accounts.function.id", ["function"]]]);
  expect(wrong[0]!.mend).toMatch(/^Make in account 111111111111 the role/);
  await put(trust(EXTERNAL_ID));
  expect((await client.environments.doctor("abroad")).checks.filter((one) => !one.ok)).toEqual([]);
});

test("the function is made in the other account, answers there, and is in no other", async () => {
  expect(await deployAbroad()).toMatchObject({ status: "succeeded" });
  expect(await functionsOf(there())).toEqual(["tutti-app-mailer_abroad"]);
  expect(await functionsOf(house.access())).toEqual([]);
  const { endpoint, release } = await client.targets.get("mailer", "abroad");
  expect(release).toBe("v1");
  expect(await (await fetch(endpoint!)).text()).toBe("v1");
});

test("where an operator moves an environment, nothing is looked for in the wrong account", async () => {
  await client.environments.put("abroad", { pools: {}, functionRoleArn: APP_ROLE });
  expect((await client.targets.get("mailer", "abroad")).replicas).toEqual([]);
});
