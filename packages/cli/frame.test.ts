import { expect, test } from "vitest";
import { deploymentView } from "#core/views.ts";
import { aDeployment, aStep } from "#test/support/a-deployment.ts";
import { frame } from "./frame.ts";
import { styleOf } from "./style.ts";
import { seen } from "./table.ts";

const NOW = Date.parse("2026-01-05T12:00:05.500Z");
const options = { columns: 80, rows: 24, now: NOW, style: styleOf(false) };
const at = (second: number) => `2026-01-05T12:00:0${second}.000Z`;

test("one picture tells what it is, how far it is, each step and the news", () => {
  const deployment = deploymentView(
    aDeployment({
      steps: [
        aStep({ index: 0, label: "Install v2 on a", status: "succeeded", startedAt: at(1), endedAt: at(3) }),
        aStep({ index: 1, label: "Install v2 on b", status: "running", startedAt: at(3) }),
        aStep({ index: 2, label: "Install v2 on c" }),
      ],
      health: { healthy: 2, unhealthy: 1, desired: 3 },
      failures: [{ replica: "b", reason: "GET /healthz answered 500", at: at(4), drained: true }],
    }),
  );
  expect(frame(deployment, "b is drained.", options)).toEqual([
    "shop/prod  v1 → v2  running  dep_1",
    "████████░░░░░░░░░░░░░░░░  1 of 3 steps  2/3 healthy, 1 unhealthy",
    "✔ Install v2 on a  2.0 s",
    "▶ Install v2 on b  running  2.5 s",
    "· Install v2 on c",
    "! b: GET /healthz answered 500 (drained)",
    "  b is drained.",
  ]);
});

test("a hundred steps on a small terminal show the one under way, and nothing is too wide", () => {
  const steps = Array.from({ length: 100 }, (_, index) =>
    aStep({
      index,
      label: `Install v2 on host-${index} ${"x".repeat(100)}`,
      status: index < 50 ? "succeeded" : "pending",
    }),
  );
  const lines = frame(deploymentView(aDeployment({ steps })), "news\nof two lines", {
    ...options,
    columns: 40,
    rows: 16,
  });
  expect(lines.length).toBeLessThan(16);
  expect(lines.some((line) => line.includes("host-50"))).toBe(true);
  expect(Math.max(...lines.map(seen))).toBeLessThan(40);
});

test("colour changes nothing but colour", () => {
  const deployment = deploymentView(aDeployment({ steps: [aStep({ status: "running", startedAt: at(1) })] }));
  const colored = frame(deployment, "news", { ...options, style: styleOf(true) });
  expect(colored.map(seen)).toEqual(frame(deployment, "news", options).map((line) => line.length));
});
