import { expect, test } from "vitest";
import { secretsBehind, taskSecrets } from "./secrets.ts";

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

test("what ECS could not read is told by variable and reference, which it does not know", () => {
  const secrets = {
    DB: "secretsmanager:shop/db#password",
    KEY: "secretsmanager:shop/key",
    TOKEN: "ssm:/shop/token",
  };
  const pulled = (why: string) =>
    secretsBehind(`ResourceInitializationError: unable to pull secrets or registry auth: ${why}`, {
      secrets,
    });
  expect(pulled("retrieved secret from Secrets Manager did not contain json key password")).toBe(
    ": DB (secretsmanager:shop/db#password)",
  );
  expect(
    pulled(
      "AccessDeniedException: not authorized on arn:aws:secretsmanager:eu-central-1:1:secret:shop/key-AbCdEf",
    ),
  ).toBe(": KEY (secretsmanager:shop/key)");
  expect(pulled("invalid ssm parameters: /shop/token")).toBe(": TOKEN (ssm:/shop/token)");
  expect(pulled("context deadline exceeded")).toBe(
    ": DB (secretsmanager:shop/db#password), KEY (secretsmanager:shop/key), TOKEN (ssm:/shop/token)",
  );
  expect(secretsBehind("CannotPullContainerError: no such image", { secrets })).toBe("");
  expect(secretsBehind("ResourceInitializationError: unable to pull secrets or registry auth: x", {})).toBe(
    "",
  );
});
