// A function whose targets live in another account than Tutti: it is made there and nowhere else, by the one role that both sides agreed
// on, and the doctor says what is wrong where the other side has not agreed.
import { LambdaClient, ListFunctionsCommand } from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Client } from "#client/client.ts";
import {
  type Access,
  abroad,
  changeTrust,
  EXTERNAL_ID,
  makeAppRole,
  makeTargetRole,
  OTHER,
} from "#test/support/other-account.ts";
import { type OwnHouse, openOwnHouse } from "#test/support/own-house.ts";
import { functionCode, functionManifest, publish, settled } from "#test/support/release-of.ts";

const APP_ROLE = `arn:aws:iam::${OTHER}:role/tutti-app-mailer`;

let house: OwnHouse;
let client: Client;
beforeAll(async () => {
  house = await openOwnHouse({ servers: 0, accounts: [OTHER] });
  ({ client } = house);
  await makeTargetRole(abroad(house), "function");
  await makeAppRole(abroad(house), "tutti-app-mailer", "lambda.amazonaws.com");
  await client.environments.put("abroad", {
    pools: {},
    functionRoleArn: APP_ROLE.replace("mailer", "{app}"),
    accounts: { function: { id: OTHER, externalId: EXTERNAL_ID } },
  });
  await client.apps.put("mailer", functionManifest("mailer"));
  await publish(client, "mailer", "v1", functionCode("well"));
});
afterAll(() => house?.close());

async function functionsOf(access: Access): Promise<string[]> {
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
  await changeTrust(abroad(house), "function", "what-somebody-else-said");
  const refused = await deployAbroad();
  expect(refused).toMatchObject({ status: "rolled_back" });
  expect(refused.reason).toContain("sts:AssumeRole was denied");
  const { checks } = await client.environments.doctor("abroad");
  const wrong = checks.filter((one) => !one.ok);
  expect(wrong.map(({ path, kinds }) => [path, kinds])).toEqual([["accounts.function.id", ["function"]]]);
  expect(wrong[0]!.mend).toMatch(/^Make in account 111111111111 the role/);
  await changeTrust(abroad(house), "function");
  expect((await client.environments.doctor("abroad")).checks.filter((one) => !one.ok)).toEqual([]);
});

test("the function is made in the other account, answers there, and is in no other", async () => {
  expect(await deployAbroad()).toMatchObject({ status: "succeeded" });
  expect(await functionsOf(abroad(house))).toEqual(["tutti-app-mailer_abroad"]);
  expect(await functionsOf(house.access())).toEqual([]);
  const { endpoint, release } = await client.targets.get("mailer", "abroad");
  expect(release).toBe("v1");
  expect(await (await fetch(endpoint!)).text()).toBe("v1");
});

test("each kind has a role of its own there, and the doctor has each driver assume its own", async () => {
  const kinds = ["server", "vm", "container"] as const;
  for (const kind of kinds) await makeTargetRole(abroad(house), kind);
  const there = { id: OTHER, externalId: EXTERNAL_ID };
  const accounts = Object.fromEntries([...kinds, "function" as const].map((kind) => [kind, there]));
  await client.environments.put("all-abroad", { pools: {}, functionRoleArn: APP_ROLE, accounts });
  const { checks } = await client.environments.doctor("all-abroad");
  const assumed = checks.filter(({ path }) => /^accounts\.\w+\.id$/.test(path));
  expect(assumed.map(({ path, ok }) => [path, ok]).sort()).toEqual(
    Object.keys(accounts)
      .map((kind) => [`accounts.${kind}.id`, true])
      .sort(),
  );
});

test("where an operator moves an environment, nothing is looked for in the wrong account", async () => {
  await client.environments.put("abroad", { pools: {}, functionRoleArn: APP_ROLE });
  expect((await client.targets.get("mailer", "abroad")).replicas).toEqual([]);
});
