import { expect, test } from "vitest";
import { diagnoseRole } from "./diagnose-role.ts";

const ACCOUNT = "arn:aws:iam::123456789012:role";
const roles = { servicesOf: async () => ["lambda.amazonaws.com"], apps: ["shop"] };
const asked = (name: string) => diagnoseRole("tutti-app-", `${ACCOUNT}/${name}`, roles);

test("a role that is named as the driver may hand on is looked at, and of one for each app those of the apps that are there", async () => {
  expect(await asked("tutti-app-all")).toMatchObject({
    ok: true,
    detail: "lambda.amazonaws.com may assume it.",
  });
  expect(await asked("tutti-app-{app}")).toMatchObject({
    ok: true,
    detail: "A role for each app: lambda.amazonaws.com may assume those of shop.",
  });
});

test("another one is refused by its name, with what to name it, Tutti's own roles too", async () => {
  for (const name of ["platform-function", "tutti-api", "team/tutti-app-all"])
    expect(await asked(name)).toMatchObject({
      path: "functionRoleArn",
      ok: false,
      mend: "Give the role a name that begins with tutti-app-.",
    });
});
