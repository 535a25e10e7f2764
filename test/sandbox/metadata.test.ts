// The metadata of an instance, as what runs on it asks for it, and what a parameter is without its value.

import { RunInstancesCommand, TerminateInstancesCommand } from "@aws-sdk/client-ec2";
import { CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { DescribeParametersCommand, PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type InstanceHouse, instanceHouse } from "./ec2-clients.ts";
import { refusal } from "./running-sandbox.ts";

let house: InstanceHouse;
beforeAll(async () => {
  house = await instanceHouse();
});
afterAll(() => house.stop());

/** A retried test finds what its first run left. */
let runs = 0;
const ALL = { Effect: "Allow", Action: "*", Resource: "*" };
const ROLE = "shop-instance";
const BASE = "/latest/meta-data";

async function launched(): Promise<{ id: string; url: string }> {
  const iam = new IAMClient(await house.as(`owner-${runs++}`, [ALL]));
  await iam.send(new CreateRoleCommand({ RoleName: ROLE, AssumeRolePolicyDocument: "{}" })).catch(() => {});
  const { Instances } = await house.ec2.send(
    new RunInstancesCommand({
      ImageId: await house.baseImage(),
      InstanceType: "t3.micro",
      MinCount: 1,
      MaxCount: 1,
      IamInstanceProfile: { Name: ROLE },
    }),
  );
  const id = Instances![0]!.InstanceId!;
  return { id, url: `http://${(await house.until(id, "running")).PrivateIpAddress}:51680` };
}

test("An instance is told who it is and gets its role's credentials, with a token and not without.", async () => {
  const { id, url } = await launched();
  const ask = (path: string, token = "", method = "GET", seconds = "") =>
    fetch(url + path, {
      method,
      headers: { "x-aws-ec2-metadata-token": token, "x-aws-ec2-metadata-token-ttl-seconds": seconds },
    });
  expect((await ask(`${BASE}/instance-id`)).status).toBe(401);
  expect((await ask("/latest/api/token", "", "PUT", "0")).status).toBe(400);
  const token = await (await ask("/latest/api/token", "", "PUT", "60")).text();
  const told = async (path: string) => (await ask(path, token)).text();
  expect(await told(`${BASE}/instance-id`)).toBe(id);
  expect(await told(`${BASE}/placement/region`)).toBe("us-east-1");
  expect(await told(`${BASE}/iam/security-credentials/`)).toBe(ROLE);
  const keys = JSON.parse(await told(`${BASE}/iam/security-credentials/${ROLE}`));
  expect(keys).toMatchObject({ Code: "Success", AccessKeyId: expect.stringMatching(/^ASIA/) });
  expect((await ask(`${BASE}/ami-launch-index`, token)).status).toBe(404);
  await house.ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
  await house.until(id, "terminated");
  await expect(fetch(url)).rejects.toThrow();
});

test("What a parameter is called and which version it has is told without what it holds.", async () => {
  const ssm = new SSMClient(await house.as(`owner-${runs++}`, [ALL]));
  for (const Name of ["/shop/token", "/shop/token2", "/other"])
    await ssm.send(new PutParameterCommand({ Name, Value: "hush", Type: "SecureString", Overwrite: true }));
  const find = async (Option: string, name: string) => {
    const ParameterFilters = [{ Key: "Name", Option, Values: [name] }];
    const { Parameters } = await ssm.send(new DescribeParametersCommand({ ParameterFilters }));
    return Parameters!;
  };
  const [only] = await find("Equals", "/shop/token");
  expect(only).toMatchObject({ Name: "/shop/token", Type: "SecureString" });
  expect(JSON.stringify(only)).not.toContain("hush");
  expect((await find("BeginsWith", "/shop/")).map(({ Name }) => Name)).toEqual([
    "/shop/token",
    "/shop/token2",
  ]);
  expect(await refusal(find("Contains", "shop"))).toBe("InvalidFilterKey");
});
