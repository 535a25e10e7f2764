// Every command of AWS's command line that the documents tell people to type: its operation is there, each option is one of its members, and
// none that it asks for is missing. What they lead to on AWS is not tried here.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { blueprint } from "#infra/blueprint.ts";
import { ROOT } from "#start/open-house.ts";
import { awsCommands, problemsOf } from "#test/support/aws-command.ts";

/** By the command line's name of the service. */
const MODULES: Record<string, () => Promise<Record<string, unknown>>> = {
  cloudwatch: () => import("@aws-sdk/client-cloudwatch"),
  dynamodb: () => import("@aws-sdk/client-dynamodb"),
  ec2: () => import("@aws-sdk/client-ec2"),
  events: () => import("@aws-sdk/client-eventbridge"),
  lambda: () => import("@aws-sdk/client-lambda"),
  s3api: () => import("@aws-sdk/client-s3"),
  secretsmanager: () => import("@aws-sdk/client-secrets-manager"),
  sts: () => import("@aws-sdk/client-sts"),
};

/** Not made from a model: AWS CLI command reference, `aws s3`. */
const BY_HAND = ["aws s3 cp"];

const pages = [
  "README.md",
  ...readdirSync(join(ROOT, "docs")).filter((name) => name.endsWith(".md")).map((name) => `docs/${name}`),
];
const commands = pages.flatMap((page) =>
  awsCommands(readFileSync(join(ROOT, page), "utf8")).map((command) => ({ page, ...command })),
);

test("the documents' commands for AWS are ones that there are, with the options that they take", async () => {
  const made = commands.filter(({ text }) => !BY_HAND.some((one) => text.startsWith(one)));
  const wrong = await Promise.all(
    made.map(async (command) => {
      const load = MODULES[command.service];
      const problems = load ? problemsOf(command, await load()) : [`no model of ${command.service} is read here`];
      return problems.map((problem) => `${command.page}: ${command.text}: ${problem}`);
    }),
  );
  expect(wrong.flat()).toEqual([]);
  const operations = made.map(({ operation }) => operation[0]);
  expect(operations).toContain("restore-table-to-point-in-time");
  expect(operations.length).toBeGreaterThan(14);
});

test("the functions that a restore stops are the installation's own", () => {
  const page = readFileSync(join(ROOT, "docs/operating.md"), "utf8");
  const stopped = [...page.matchAll(/for name in ([a-z -]+); do aws lambda/g)].map(([, names]) => names!.split(" "));
  const { functions } = blueprint({ name: "tutti-production", account: "123456789012", region: "eu-central-1" }, "");
  expect(stopped).toHaveLength(2);
  expect(stopped[0]).toEqual(stopped[1]);
  for (const name of stopped[0]!) expect(functions.map(({ short }) => short)).toContain(name);
});

test.each([
  ["aws dynamodb restore-table --target-table-name x", "there is no operation restore-table"],
  ["aws dynamodb delete-table --table x", "there is no --table"],
  ["aws dynamodb delete-table", "--table-name is missing"],
  ["aws dynamodb wait table-is-there --table-name x", "there is nothing to wait for called table-is-there"],
])("%s is told: %s", async (line, problem) => {
  const [command] = awsCommands(`\`${line}\``);
  expect(problemsOf(command!, await MODULES.dynamodb!())).toContain(problem);
});
