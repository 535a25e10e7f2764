import { expect, test } from "vitest";
import { taskSecrets } from "./secrets.ts";

const ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop/db-AbCdEf";
const known = async (name: string) => (name === "shop/db" ? ARN : null);

test("ECS is told where each secret is: by ARN and key, or by the parameter's name", async () => {
  const secrets = {
    DB: "secretsmanager:shop/db#password",
    ALL: "secretsmanager:shop/db",
    TOKEN: "ssm:/shop/t",
  };
  expect(await taskSecrets({ secrets }, known)).toEqual([
    { name: "DB", valueFrom: `${ARN}:password::` },
    { name: "ALL", valueFrom: ARN },
    { name: "TOKEN", valueFrom: "/shop/t" },
  ]);
  expect(await taskSecrets({}, known)).toEqual([]);
});

test("one that is not there is told by its reference", async () => {
  await expect(taskSecrets({ secrets: { DB: "secretsmanager:gone#k" } }, known)).rejects.toMatchObject({
    code: "secret_unavailable",
    message: "secrets.DB: there is no secretsmanager:gone#k.",
  });
});
