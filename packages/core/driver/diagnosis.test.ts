import { expect, test } from "vitest";
import { TuttiError } from "../errors.ts";
import { check, checkRole } from "./diagnosis.ts";

const ROLE = "arn:aws:iam::123456789012:role/apps";

test("what a look finds is the detail, and there is nothing to mend", async () => {
  const well = await check("cluster.arn", "Name a cluster.", async () => "It is active.");
  expect(well).toEqual({ path: "cluster.arn", ok: true, detail: "It is active.", mend: null });
});

test("what a look throws is the detail, and what to do depends on what it was", async () => {
  const after = (error: Error) => check("cluster.arn", "Name a cluster.", () => Promise.reject(error));
  expect(await after(new Error("There is none."))).toEqual({
    path: "cluster.arn",
    ok: false,
    detail: "There is none.",
    mend: "Name a cluster.",
  });
  const denied = await after(new TuttiError("platform_denied", "ecs:DescribeClusters was denied"));
  expect(denied.mend).toMatch(/^Tutti's own function lacks this permission/);
  expect((await after(new TuttiError("unreachable", "no answer"))).mend).toMatch(/ask again/);
});

test("a role is right where the service is one of those that may assume it", async () => {
  const roles = { servicesOf: async () => ["lambda.amazonaws.com", "edgelambda.amazonaws.com"] };
  const asked = (service: string) => checkRole("functionRoleArn", ROLE, service, roles);
  expect(await asked("lambda.amazonaws.com")).toMatchObject({ ok: true });
  expect(await asked("ecs-tasks.amazonaws.com")).toMatchObject({
    ok: false,
    detail: `${ROLE} may be assumed by lambda.amazonaws.com, edgelambda.amazonaws.com, not by ecs-tasks.amazonaws.com.`,
  });
  const each = await checkRole(
    "functionRoleArn",
    ROLE.replace("apps", "{app}"),
    "lambda.amazonaws.com",
    roles,
  );
  expect(each).toMatchObject({ ok: true, detail: expect.stringMatching(/^A role for each app/) });
  const nobody = { servicesOf: async () => [] };
  expect(await checkRole("functionRoleArn", ROLE, "lambda.amazonaws.com", nobody)).toMatchObject({
    detail: `${ROLE} may be assumed by nobody, not by lambda.amazonaws.com.`,
  });
});
