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
  const roles = { servicesOf: async () => ["lambda.amazonaws.com", "edgelambda.amazonaws.com"], apps: [] };
  const asked = (service: string) => checkRole("functionRoleArn", ROLE, service, roles);
  expect(await asked("lambda.amazonaws.com")).toMatchObject({ ok: true });
  expect(await asked("ecs-tasks.amazonaws.com")).toMatchObject({
    ok: false,
    detail: `${ROLE} may be assumed by lambda.amazonaws.com, edgelambda.amazonaws.com, not by ecs-tasks.amazonaws.com.`,
  });
  const nobody = { servicesOf: async () => [], apps: [] };
  expect(await checkRole("functionRoleArn", ROLE, "lambda.amazonaws.com", nobody)).toMatchObject({
    detail: `${ROLE} may be assumed by nobody, not by lambda.amazonaws.com.`,
  });
});

test("of a role for each app those of the apps that are there are looked at, and what is wrong with each is told at once", async () => {
  const there: Record<string, string[]> = {
    "apps-shop": ["lambda.amazonaws.com"],
    "apps-cart": ["ec2.amazonaws.com"],
  };
  const servicesOf = async (arn: string) => {
    const services = there[arn.split("/").at(-1)!];
    if (!services) throw new Error("NoSuchEntity");
    return services;
  };
  const each = (...apps: string[]) =>
    checkRole("functionRoleArn", `${ROLE}-{app}`, "lambda.amazonaws.com", { servicesOf, apps });
  expect(await each()).toMatchObject({ ok: true, detail: expect.stringContaining("no app is there yet") });
  expect(await each("shop")).toMatchObject({
    ok: true,
    detail: "A role for each app: lambda.amazonaws.com may assume those of shop.",
  });
  expect(await each("shop", "cart", "mail")).toMatchObject({
    ok: false,
    detail: `${ROLE}-cart may be assumed by ec2.amazonaws.com, not by lambda.amazonaws.com. ${ROLE}-mail: NoSuchEntity.`,
    mend: `Make the role ${ROLE}-{app}, with a trust policy that lets lambda.amazonaws.com assume it.`,
  });
  const denied = () => Promise.reject(new TuttiError("platform_denied", "iam:GetRole was denied"));
  const blind = await checkRole("functionRoleArn", `${ROLE}-{app}`, "lambda.amazonaws.com", {
    servicesOf: denied,
    apps: ["shop"],
  });
  expect(blind).toMatchObject({ ok: false, detail: "iam:GetRole was denied" });
});
