// docs/cost.md is reckoned, not written: from the blueprint, from what dry runs say, and from the prices beside each number.
// `npm run golden` writes it anew.
import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { EMPTY_FLEET, type Replica } from "#core/domain/replica.ts";
import { withGates } from "#core/plan/gates.ts";
import { preview } from "#core/plan/preview.ts";
import { planInPlace } from "#core/plan/rolling.ts";
import { blueprint } from "#infra/blueprint.ts";
import { billOf, type Month, RIVALS, totalOf } from "#test/infra/cost-model.ts";
import { PRICES, type Price, READ_AT } from "#test/infra/price-list.ts";
import { aRollout, aSpec } from "#test/support/a-deployment.ts";

const PAGE = new URL("../../docs/cost.md", import.meta.url);
const plan = blueprint({ name: "orchestra", account: "123456789012", region: "us-east-1" }, "");

/** Ten replicas in batches of two, a minute's bake after each: what a careful team does. */
function dollarsOfOne(): number {
  const rollout = aRollout({ batch: 2, maxUnavailable: 2, bakeSeconds: 60 });
  const spec = aSpec({ rollout });
  const replicas = Array.from({ length: 10 }, (_, n): Replica => {
    return { id: `web-${n}`, version: "v1", health: "healthy", address: null, startedAt: null };
  });
  const fleet = { ...EMPTY_FLEET, replicas };
  const steps = withGates(planInPlace({ fleet, version: "v2", desired: 10, rollback: false }, spec), rollout);
  return preview(steps, fleet, spec).estimatedDollars;
}

const dollarsPerDeployment = dollarsOfOne();
const MONTHS: [string, Month][] = [
  ["nothing deployed, nothing there", { targets: 0, deployments: 0, dollarsPerDeployment }],
  ["idle: 20 targets healed", { targets: 20, deployments: 0, dollarsPerDeployment }],
  ["100 deployments, 20 targets", { targets: 20, deployments: 100, dollarsPerDeployment }],
  ["10,000 deployments, 200 targets", { targets: 200, deployments: 10_000, dollarsPerDeployment }],
];

test("docs/cost.md says what the model says", () => {
  const page = pageOf();
  if (process.env.GOLDEN === "write") writeFileSync(PAGE, page);
  expect(readFileSync(PAGE, "utf8")).toBe(page);
});

test("an idle month costs less than ten dollars, and a deployment less than a cent", () => {
  expect(totalOf(billOf(plan, MONTHS[1]![1]))).toBeLessThan(10);
  expect(dollarsPerDeployment).toBeLessThan(0.01);
});

const MINUTES_A_MONTH = 730 * 60;
const dollars = (value: number) => `$${value.toFixed(2)}`;

function pageOf(): string {
  const parts = Object.keys(billOf(plan, MONTHS[0]![1]));
  const rows = MONTHS.map(([name, month]) => {
    const bill = billOf(plan, month);
    return `| ${name} | ${Object.values(bill).map(dollars).join(" | ")} | **${dollars(totalOf(bill))}** |`;
  });
  const others = RIVALS.map(({ name, needs, monthlyDollars }) => `| ${name} | ${needs} | ${dollars(monthlyDollars)} |`);
  const prices = (Object.values(PRICES) as Price[]).map(({ what, dollars: price, per, page, quotedBy }) => {
    const plain = price.toFixed(10).replace(/\.?0+$/, "");
    return `| ${what} | ${plain} | ${per} | ${page} | ${quotedBy ?? "itself"} |`;
  });
  return `# What it costs

Made by \`npm run golden\` from the blueprint and \`test/infra/cost-model.ts\`, with the [prices](#prices) below: us-east-1, without free tiers
(which in a small account pay for the dashboard, the alarms, the logs and most of the rest).
What apps run on (servers, load balancers, their own functions) is not in it, nor are the NAT gateway or the endpoints of a [network](operating.md).

| a month | ${parts.join(" | ")} | together |
| --- |${" ---: |".repeat(parts.length + 1)}
${rows.join("\n")}

A deployment is ten replicas in batches of two with a bake of a minute after each; the dry run says ${dollarsPerDeployment} dollars of it, and the receipt of
a deployment (\`cost\`) what it really took: state transitions, the time and calls of the functions that played it, and the units that
DynamoDB reported to them, each written with the change that is written anyway. The call that asked for it and operators' words are in it; watching it, and settling
after its end, are not. A train has a receipt of its own for what drives it, and says what its deployments took; of an image that is made for a deployment the workflow and its
function are in the receipt, its instances and snapshots are not. A build of a container's image (\`tutti image build\`) says by itself what CodeBuild takes for it. Healing looks at every target once a minute: it is what an idle month costs, and grows with the
targets, not with the deployments. One target in four is taken to be a function, whose bad answers are counted by one request of CloudWatch's a minute: $${(MINUTES_A_MONTH * PRICES.metricCall.dollars / 1000).toFixed(2)} a month, unless they
are among the million requests a month that are free, which are those of ${Math.floor(1e6 / MINUTES_A_MONTH)} functions.

Where an app says \`allow\`, each app that calls it has a secret of its own, and its environment one that certifies them: ${dollars(PRICES.secret.dollars)} each a month. A signed call costs nothing but a tenth of a millisecond on either side.

## Beside others, while nothing happens

| | needs | a month |
| --- | --- | ---: |
| Tutti | nothing that runs | ${dollars(totalOf(billOf(plan, MONTHS[0]![1])))} |
${others.join("\n")}

## Prices

In dollars, as they were read on ${READ_AT}: on the page itself, or, where its figures are filled in by script, on one that quotes it.

| | $ | per | page | read on |
| --- | ---: | --- | --- | --- |
${prices.join("\n")}
`;
}
