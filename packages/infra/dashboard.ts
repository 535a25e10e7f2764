// One page of CloudWatch for an installation, as the document that CloudWatch takes (CloudWatch API reference, "Dashboard body structure
// and syntax"). It costs nothing: an account has three for nothing.
import { ENDS, type MetricName } from "#core/metrics/measures.ts";
import type { Names } from "./names.ts";

type Metric = (string | { stat?: string; label?: string })[];
type Widget = Record<string, unknown>;

const [WIDTH, HEIGHT, COLUMNS] = [8, 6, 3];

export function dashboard(names: Names, functions: string[], alarmNames: string[]) {
  const { account, region, metricNamespace, rolloutArn, table } = names;
  const alarmArns = alarmNames.map((name) => `arn:aws:cloudwatch:${region}:${account}:alarm:${name}`);
  const perFunction = (metric: string, stat: string) =>
    functions.map(
      (short): Metric => [
        "AWS/Lambda",
        metric,
        "FunctionName",
        names.functionName(short),
        { stat, label: short },
      ],
    );
  const executions = (metric: string): Metric => [
    "AWS/States",
    metric,
    "StateMachineArn",
    rolloutArn,
    { stat: "Sum" },
  ];
  const own = (metric: string): Metric => [metricNamespace, metric, { stat: "Sum" }];
  const tableMetric = (metric: string): Metric => [
    "AWS/DynamoDB",
    metric,
    "TableName",
    table,
    { stat: "Sum" },
  ];
  const api = names.functionName("api");
  const widgets = [
    { type: "alarm", properties: { title: "Alarms", alarms: alarmArns } },
    ...measuredWidgets(names),
    graph(region, "Deployments in trouble", ["FailedDeployments", "CarriedOn", "HealFailures"].map(own)),
    graph(
      region,
      "Executions",
      [
        "ExecutionsStarted",
        "ExecutionsSucceeded",
        "ExecutionsFailed",
        "ExecutionsTimedOut",
        "ExecutionsAborted",
      ].map(executions),
    ),
    graph(region, "Calls of the API", [
      ["AWS/Lambda", "UrlRequestCount", "FunctionName", api, { stat: "Sum" }],
      ["AWS/Lambda", "Url4xxCount", "FunctionName", api, { stat: "Sum" }],
      ["AWS/Lambda", "Url5xxCount", "FunctionName", api, { stat: "Sum" }],
    ]),
    graph(region, "How long functions take (p99)", perFunction("Duration", "p99")),
    graph(region, "Errors of functions", perFunction("Errors", "Sum")),
    graph(region, "Throttled", [
      ["AWS/Lambda", "Throttles", { stat: "Sum" }],
      tableMetric("WriteThrottleEvents"),
    ]),
    graph(region, "The table", ["ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits"].map(tableMetric)),
  ];
  return { widgets: widgets.map(placed) };
}

/** What the functions measure themselves (packages/core/metrics). */
function measuredWidgets({ region, metricNamespace }: Names): Widget[] {
  const measured = (metric: MetricName, stat: string, label: string = metric): Metric => [
    metricNamespace,
    metric,
    { stat, label },
  ];
  return [
    stacked(
      region,
      "Deployments by their end",
      ENDS.map((end) => [metricNamespace, "Deployments", "end", end, { stat: "Sum", label: end }]),
    ),
    graph(region, "How long deployments take (s)", [
      measured("DeploymentSeconds", "p50", "half of them"),
      measured("DeploymentSeconds", "p90", "nine of ten"),
    ]),
    graph(region, "Repairs by healing", [measured("Repairs", "Sum")]),
    graph(region, "Deployments that wait", [measured("QueueLength", "Maximum")]),
    graph(region, "The API: requests and refusals", [
      measured("ApiRequests", "Sum"),
      measured("ApiRefusals", "Sum"),
    ]),
    graph(region, "The API: time of a call (ms)", [
      measured("ApiMilliseconds", "p50", "half of them"),
      measured("ApiMilliseconds", "p99", "99 of 100"),
    ]),
  ];
}

function graph(region: string, title: string, metrics: Metric[]): Widget {
  return { type: "metric", properties: { title, region, view: "timeSeries", period: 300, metrics } };
}

/** What adds up. */
function stacked(region: string, title: string, metrics: Metric[]): Widget {
  const { properties, ...widget } = graph(region, title, metrics);
  return { ...widget, properties: { ...(properties as object), stacked: true } };
}

function placed(widget: Widget, index: number): Widget {
  const [x, y] = [(index % COLUMNS) * WIDTH, Math.floor(index / COLUMNS) * HEIGHT];
  return { ...widget, x, y, width: WIDTH, height: HEIGHT };
}
