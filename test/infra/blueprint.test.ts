// The blueprint as data: what it names exists, what it grants is spelled out, and every ARN is one that it makes.
import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { ACCESS_VARIABLES, type AccessSettings, accessSettings } from "#infra/access-settings.ts";
import { type Blueprint, blueprint } from "#infra/blueprint.ts";
import { bundleFunctions } from "#infra/bundles/bundle.ts";
import type { OperatingSettings } from "#infra/operating-settings.ts";
import { rolesOf } from "#infra/roles.ts";
import type { Statement } from "#infra/statement.ts";

const ROOT = new URL("../..", import.meta.url).pathname;
const ACCOUNT = "123456789012";
const INSTALLATION = { name: "orchestra", account: ACCOUNT, region: "eu-central-1" };
const plan = blueprint(INSTALLATION, "0".repeat(64));

test("every function's handler is a file of this repository", () => {
  expect(plan.functions.filter((one) => !existsSync(`${ROOT}${one.handler}`))).toEqual([]);
});

/** What a cold start may read of each, minified. */
const MOST_BYTES = { api: 900_000, others: 700_000 };

test("the sandbox builds a bundle of every function", async () => {
  const bundles = await bundleFunctions(ROOT, plan.functions);
  expect(bundles.map((one) => one.short)).toEqual(plan.functions.map((one) => one.short));
  for (const { short, sizeBytes } of bundles) {
    expect(sizeBytes).toBeGreaterThan(10_000);
    // All of EC2's schemas, what checks manifests, zod's languages, or ssh2 where no pool is reached by SSH, would be over it.
    expect(sizeBytes, short).toBeLessThan(short === "api" ? MOST_BYTES.api : MOST_BYTES.others);
  }
  // The first time on a machine nothing of it is kept yet, and others bundle beside it.
});

test("settings of access are the API's alone, and nothing is let in or changed where none is given", () => {
  const variables = (settings?: AccessSettings) =>
    blueprint(INSTALLATION, "0".repeat(64), settings).functions.map(({ short, environment }) => [
      short,
      Object.keys(environment).filter((name) => (ACCESS_VARIABLES as readonly string[]).includes(name)),
    ]);
  expect(variables().every(([, names]) => names!.length === 0)).toBe(true);
  const env = { TUTTI_OIDC_TRUSTED_ORIGINS: "https://id.corp.internal", TUTTI_RATE_BURST: "", HOME: "/root" };
  const given = accessSettings(env);
  expect(given).toEqual({ TUTTI_OIDC_TRUSTED_ORIGINS: "https://id.corp.internal" });
  expect(variables(given).filter(([, names]) => names!.length > 0)).toEqual([["api", Object.keys(given)]]);
});

test("what calls addresses that others name is in the network that is said, the API where an issuer may be private, and nothing is where none is", () => {
  const network = { subnetIds: ["subnet-1"], securityGroupIds: ["sg-1"] };
  const inside = (access: AccessSettings, operating: OperatingSettings) =>
    blueprint(INSTALLATION, "0".repeat(64), access, operating)
      .functions.filter((one) => one.network !== undefined)
      .map(({ short, statements }) => {
        const attaching = statements.filter(({ actions }) => actions.includes("ec2:CreateNetworkInterface"));
        expect(JSON.stringify(attaching[0]!.conditions), short).toContain(`:function:orchestra-${short}`);
        return short;
      });
  expect(inside({}, {})).toEqual([]);
  expect(inside({}, { network })).toEqual(["driver-server", "hooks", "events-notify"]);
  const issuers = { TUTTI_OIDC_TRUSTED_ORIGINS: "https://id.corp.internal" };
  expect(inside(issuers, { network })).toContain("api");
});

test("every grant names its actions: none is a wildcard", () => {
  for (const { actions } of statementsOf(plan))
    for (const action of actions) expect(action).toMatch(/^[a-z0-9-]+:[A-Za-z]+$/);
});

test("every statement names at least one action and one resource", () => {
  for (const { actions, resources } of statementsOf(plan)) {
    expect(actions.length).toBeGreaterThan(0);
    expect(resources.length).toBeGreaterThan(0);
  }
});

test("a function that may be invoked is one of the blueprint's own, an app's or a hook", () => {
  const own = plan.functions.map((one) => plan.names.functionArn(one.short));
  const invoked = statementsOf(plan)
    .filter((one) => one.actions.includes("lambda:InvokeFunction"))
    .flatMap((one) => one.resources);
  const others = [plan.names.appFunctionsArn, plan.names.hookFunctionsArn];
  expect(invoked.filter((arn) => ![...own, ...others].includes(arn))).toEqual([]);
});

/** What runs in clusters, roles of tasks and repositories of images are named by operators and manifests, not by the installation. */
const ENVIRONMENTS_OWN = [
  "ecs:cluster/*",
  "ecs:container-instance/*",
  "ecs:task/*",
  "iam:role/*",
  "ecr:repository/*",
  "secretsmanager:secret:*",
  "ssm:managed-instance/*",
  // An operator names the file system in the environment; access points have random ids.
  "elasticfilesystem:file-system/*",
  "elasticfilesystem:access-point/*",
  "servicediscovery:namespace/*",
  // A random id; what is changed of them is known by its tag.
  "servicediscovery:service/*",
];

test("a role that is not the installation's own may be passed to tasks, to ECS itself and to instances only", () => {
  const onRoles = statementsOf(plan).filter((one) => one.resources.some((arn) => arn.endsWith(":role/*")));
  const passing = onRoles.filter((one) => one.actions.includes("iam:PassRole"));
  // Beside that, the doctor reads who may assume one.
  const others = onRoles.filter((one) => !passing.includes(one)).flatMap((one) => one.actions);
  expect(new Set(others)).toEqual(new Set(["iam:GetRole"]));
  const passedTo = (service: string) => ({
    actions: ["iam:PassRole"],
    conditions: { StringEquals: { "iam:PassedToService": service } },
  });
  const found = passing.map(({ actions, conditions }) => ({ actions, conditions }));
  // The driver of virtual machines and the function that bakes their images both launch instances.
  const [tasks, instances] = [passedTo("ecs-tasks.amazonaws.com"), passedTo("ec2.amazonaws.com")];
  // With it ECS makes disks of tasks.
  const scheduler = passedTo("ecs.amazonaws.com");
  expect(found).toEqual([instances, tasks, scheduler, instances]);
});

test("no ARN belongs to another account, region or installation", () => {
  const arns = statementsOf(plan).flatMap((one) => one.resources.filter((arn) => arn !== "*"));
  const elsewhere = arns.filter((arn) => {
    const [, , service, region, account, ...resource] = arn.split(":");
    // Load balancers are the environments' own; what is made on them is known by its tag.
    if (service === "elasticloadbalancing") return `${region}/${account}` !== `eu-central-1/${ACCOUNT}`;
    if (ENVIRONMENTS_OWN.includes(`${service}:${resource.join(":")}`) && account === ACCOUNT) return false;
    // Ids of scalable targets are AWS's own, and so is the one role by which it scales.
    if (service === "application-autoscaling") return `${region}/${account}` !== `eu-central-1/${ACCOUNT}`;
    if (resource.join(":").startsWith("role/aws-service-role/")) return account !== ACCOUNT;
    // Hosted zones belong to no region, and their ARNs name no account.
    if (arn === "arn:aws:route53:::hostedzone/*") return false;
    // One document of Run Command, of AWS's own.
    if (arn.endsWith("::document/AWS-RunShellScript")) return false;
    // Ids of instances, images and launch templates say nothing of whose they are, and images belong to no account.
    if (service === "ec2") return region !== "eu-central-1" || !["", ACCOUNT].includes(account!);
    const place = { s3: "/", iam: `/${ACCOUNT}` }[service!] ?? `eu-central-1/${ACCOUNT}`;
    return `${region}/${account}` !== place || !resource.join(":").includes("orchestra");
  });
  expect(elsewhere).toEqual([]);
});

test("what changes or ends something on EC2 reaches only what carries the tag of an app", () => {
  // What a function's own code may not, Lambda does for it: its interfaces in a network.
  const ofTheCode = statementsOf(plan).filter(({ conditions }) => !isLambdasOwn(conditions));
  const changing = ofTheCode.filter(({ actions }) =>
    actions.some((one) =>
      /^ec2:(Terminate|Stop|Deregister|Delete)|^ec2:CreateLaunchTemplateVersion/.test(one),
    ),
  );
  expect(changing.length).toBeGreaterThan(0);
  for (const { conditions } of changing)
    expect(conditions).toEqual({ StringLike: { "aws:ResourceTag/tutti:app": "*" } });
});

function isLambdasOwn(conditions: Statement["conditions"]): boolean {
  return conditions?.ArnNotLike?.["lambda:SourceFunctionArn"] !== undefined;
}

test("rules, schedules and the workflow call functions that are built", () => {
  const built = plan.functions.map((one) => one.short);
  for (const { target } of [...plan.rules, ...plan.schedules]) expect(built).toContain(target);
  const called = JSON.stringify(plan.stateMachines).match(/function:orchestra-driver-[a-z]+/g) ?? [];
  for (const name of called) expect(built).toContain(name.replace("function:orchestra-", ""));
});

test("every function knows the same table, bucket and workflow", () => {
  for (const { environment } of plan.functions)
    expect(environment).toMatchObject({
      TUTTI_TABLE: plan.names.table,
      TUTTI_BUCKET: plan.names.bucket,
      TUTTI_ROLLOUT_ARN: plan.names.rolloutArn,
    });
});

function statementsOf(plan: Blueprint): Statement[] {
  return rolesOf(plan).flatMap((one) => one.statements);
}
