import { expect, test } from "vitest";
import { parseReference } from "./reference.ts";

test("a reference names its store, and a key of a secret that holds JSON", () => {
  expect(parseReference("secretsmanager:storefront/db#password")).toEqual({
    store: "secretsmanager",
    name: "storefront/db",
    key: "password",
  });
  expect(parseReference("secretsmanager:storefront/api-key")).toEqual({
    store: "secretsmanager",
    name: "storefront/api-key",
  });
  expect(parseReference("ssm:/storefront/prod/db")).toEqual({ store: "ssm", name: "/storefront/prod/db" });
  expect(parseReference("ssm:db")).toEqual({ store: "ssm", name: "db" });
});

test.each([
  "hunter2",
  "",
  "ssm:",
  "ssm:/",
  "ssm://double",
  "ssm:/db#password",
  "secretsmanager:",
  "secretsmanager:db#",
  "secretsmanager:db#a:b",
  "secretsmanager:arn:aws:secretsmanager:eu-central-1:1:secret:db",
  "vault:db",
  "secretsmanager:db\n",
  `ssm:/${"x".repeat(1100)}`,
])("%j is no reference", (text) => {
  expect(parseReference(text)).toBeNull();
});
