import { expect, test } from "vitest";
import { aNotice } from "#test/support/a-notice.ts";
import { counting, embeddedMetrics } from "./embedded-metrics.ts";

const NOW = Date.parse("2026-01-05T12:00:00Z");

function written() {
  const lines: string[] = [];
  return {
    lines,
    measures: embeddedMetrics(
      "tutti-production",
      () => NOW,
      (line) => void lines.push(line),
    ),
  };
}

test("a measure is one line in CloudWatch's embedded metric format", () => {
  const { lines, measures } = written();
  measures.put({ values: { Deployments: 1 }, dimensions: { end: "failed" }, about: { app: "shop" } });
  expect(lines).toEqual([expect.stringMatching(/^\{"_aws":.*\}\n$/)]);
  expect(JSON.parse(lines[0]!)).toEqual({
    _aws: {
      Timestamp: NOW,
      CloudWatchMetrics: [
        {
          Namespace: "Tutti/tutti-production",
          Dimensions: [["end"]],
          Metrics: [{ Name: "Deployments", Unit: "Count" }],
        },
      ],
    },
    app: "shop",
    end: "failed",
    Deployments: 1,
  });
});

test("what the bus has taken is counted, and what it has not is not", async () => {
  const { lines, measures } = written();
  const end = aNotice({
    type: "deployment.failed",
    deployment: { status: "failed", endedAt: "2026-01-05T12:00:00Z" },
  });
  const down = counting({ put: () => Promise.reject(new Error("away")) }, measures);
  await expect(down.put([end])).rejects.toThrow("away");
  expect(lines).toEqual([]);
  await counting({ put: async () => {} }, measures).put([aNotice(), end]);
  expect(lines.map((line) => Object.keys(JSON.parse(line)).at(-1))).toEqual([
    "Deployments",
    "DeploymentSeconds",
  ]);
});
