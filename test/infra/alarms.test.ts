// Alarms as data: each rests on a metric that something really publishes, the filters find the very lines that the engine writes, and
// docs/operating.md says what to do at each.
import { readFileSync } from "node:fs";
import { afterEach, expect, test, vi } from "vitest";
import { ENDS, METRICS } from "#core/metrics/measures.ts";
import { LOG_MESSAGES } from "#core/rollout/log-messages.ts";
import { createLog } from "#functions/deps/log.ts";
import { blueprint } from "#infra/blueprint.ts";
import { filterPattern } from "#infra/log-metrics.ts";

const plan = blueprint(
  { name: "orchestra", account: "123456789012", region: "eu-central-1" },
  "0".repeat(64),
);

/** What AWS publishes under which dimensions (Lambda, Step Functions and DynamoDB developer guides, the chapters on metrics). */
const PUBLISHED = [
  "AWS/Lambda Throttles",
  "AWS/Lambda Invocations FunctionName",
  "AWS/Lambda Url5xxCount FunctionName",
  "AWS/States ExecutionsFailed StateMachineArn",
  "AWS/States ExecutionsTimedOut StateMachineArn",
  "AWS/DynamoDB WriteThrottleEvents TableName",
];

afterEach(() => vi.restoreAllMocks());

test("every alarm rests on a metric that AWS publishes or that is counted out of logs", () => {
  const counted = plan.logMetrics.map((one) => `${plan.names.metricNamespace} ${one.metricName}`);
  const rests = plan.alarms.map(({ namespace, metricName, dimensions }) =>
    [namespace, metricName, ...Object.keys(dimensions)].join(" "),
  );
  expect(rests.filter((one) => ![...PUBLISHED, ...counted].includes(one))).toEqual([]);
  expect(counted.filter((one) => !rests.includes(one))).toEqual([]);
});

test("what an alarm or the dashboard watches is a function, workflow or table that is built", () => {
  const values = plan.alarms.flatMap(({ dimensions }) => Object.values(dimensions));
  const built = [
    ...plan.functions.map((one) => plan.names.functionName(one.short)),
    ...plan.stateMachines.map((one) => plan.names.stateMachineArn(one.short)),
    plan.names.table,
  ];
  expect(values.filter((value) => !built.includes(value))).toEqual([]);
  const shown = JSON.stringify(plan.dashboard).matchAll(/"FunctionName","([^"]+)"/g);
  const functions = new Set([...shown].map(([, name]) => name!));
  expect([...functions].sort()).toEqual(
    plan.functions.map((one) => plan.names.functionName(one.short)).sort(),
  );
});

test("the dashboard shows each metric that is measured, under the dimensions that it is measured with, and no other of ours", () => {
  const { widgets } = plan.dashboard as { widgets: { properties: { metrics?: unknown[][] } }[] };
  const shown = widgets
    .flatMap(({ properties }) => properties.metrics ?? [])
    .filter(([namespace]) => namespace === plan.names.metricNamespace)
    .map((parts) => parts.slice(1).filter((part) => typeof part === "string"));
  const measured = Object.keys(METRICS).flatMap((name) =>
    name === "Deployments" ? ENDS.map((end) => [name, "end", end]) : [[name]],
  );
  const counted = plan.logMetrics.map(({ metricName }) => [metricName]);
  const unique = (list: string[][]) => [...new Set(list.map((one) => one.join(" ")))].sort();
  expect(unique(shown as string[][])).toEqual(unique([...measured, ...counted]));
});

/** As CloudWatch Logs matches `{ $.message = "a" || $.message = "b" }`: whole values, `*` for any characters. */
function finds(pattern: string, line: string): boolean {
  const { message } = JSON.parse(line) as { message: string };
  return [...pattern.matchAll(/\$\.message = "([^"]*)"/g)].some(([, wanted]) => wanted === message);
}

function lineOf(message: string): string {
  let written = "";
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    written += text;
    return true;
  });
  createLog("driver-server", { deploymentId: "dep_1" }).error(message, { reason: 'it said "no"' });
  vi.restoreAllMocks();
  return written;
}

test.each(Object.entries(LOG_MESSAGES))(
  "the line of %s is one of JSON that exactly one filter finds",
  (_, message) => {
    const line = lineOf(message);
    const found = plan.logMetrics.filter(({ messages }) => finds(filterPattern(messages), line));
    expect(found).toHaveLength(1);
    expect(lineOf("a call failed")).not.toBe("");
    expect(
      plan.logMetrics.some(({ messages }) => finds(filterPattern(messages), lineOf("a call failed"))),
    ).toBe(false);
  },
);

test("ten alarms at most, since an account has ten for nothing", () => {
  expect(plan.alarms.length).toBeLessThanOrEqual(10);
});

test("docs/operating.md says what to do at each alarm", () => {
  const page = readFileSync(new URL("../../docs/operating.md", import.meta.url), "utf8");
  for (const { short } of plan.alarms) expect(page).toMatch(new RegExp(`^\\| \`${short}\` \\| .{40,}`, "m"));
});
