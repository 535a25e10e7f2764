// What nearly every function may do: read and write the table, tell of changes, start executions and wake those that wait.
import type { Names } from "./names.ts";
import type { Statement } from "./statement.ts";

/** Reading and writing items by their keys, which everything does that changes a deployment; further ways into the table where they are taken. */
export function table(names: Names, ...ways: ("query" | "list" | "remove")[]): Statement[] {
  const calls = ["GetItem", "PutItem", "BatchWriteItem"];
  if (ways.includes("query")) calls.push("Query");
  if (ways.includes("list")) calls.push("BatchGetItem");
  if (ways.includes("remove")) calls.push("DeleteItem");
  return [
    { actions: calls.map((call) => `dynamodb:${call}`), resources: [names.tableArn] },
    ...(ways.includes("list")
      ? [{ actions: ["dynamodb:Query"], resources: [`${names.tableArn}/index/*`] }]
      : []),
  ];
}

/** Telling that a status has changed. */
export function telling(names: Names): Statement {
  return { actions: ["events:PutEvents"], resources: [names.busArn] };
}

/** Starting the next deployment in the queue, waking one that waits, or its train. */
export function conducting(names: Names): Statement[] {
  return [
    { actions: ["states:StartExecution"], resources: [names.rolloutArn] },
    { actions: ["states:SendTaskSuccess"], resources: [names.rolloutArn, names.trainArn] },
    telling(names),
  ];
}

export function startingTrains(names: Names): Statement[] {
  return [{ actions: ["states:StartExecution"], resources: [names.trainArn] }];
}

/** Where a survey has found that something is to be mended. */
export function startingHealing(names: Names): Statement {
  return { actions: ["states:StartExecution"], resources: [names.healArn] };
}
