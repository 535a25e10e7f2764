import { expect, test } from "vitest";
import { createProvisionedUse } from "./provisioned-use.ts";

const told = (use: ReturnType<typeof createProvisionedUse>) =>
  Object.fromEntries(
    use
      .take()
      .map(({ MetricName, Value, StatisticValues }) => [
        MetricName!.replace("Provisioned", ""),
        Value ?? [StatisticValues!.Sum, StatisticValues!.Maximum],
      ]),
  );

test("utilisation is the share of time in use, of those that are provisioned, and what is over them is spilled", () => {
  let now = 0;
  const use = createProvisionedUse(() => now);
  use.provisioned("f", "1", 0, 2);
  use.began("f", "1", 1, 2);
  now = 5_000;
  use.began("f", "1", 2, 2);
  use.began("f", "1", 3, 2);
  use.ended("f", "1", 2, 2);
  now = 10_000;
  use.ended("f", "1", 1, 2);
  use.ended("f", "1", 0, 2);
  expect(told(use)).toEqual({
    ConcurrentExecutions: [1.5, 2],
    ConcurrencyUtilization: [0.75, 1],
    ConcurrencyInvocations: 2,
    ConcurrencySpilloverInvocations: 1,
  });
  now = 20_000;
  expect(told(use)).toEqual({});
});

test("one that is in use the whole time is told each time, and a version with nothing provisioned never", () => {
  let now = 0;
  const use = createProvisionedUse(() => now);
  use.provisioned("f", "1", 0, 4);
  use.began("f", "1", 1, 4);
  use.began("f", "2", 1, 0);
  for (const end of [10_000, 20_000]) {
    now = end;
    expect(told(use)).toMatchObject({ ConcurrencyUtilization: [0.25, 0.25] });
  }
  expect(use.take().map(({ Dimensions }) => Dimensions)).toEqual(
    Array(4).fill([
      { Name: "FunctionName", Value: "f" },
      { Name: "Resource", Value: "f:1" },
    ]),
  );
});
