// Which fields each type of state may have in JSONata, and which it must have.
// https://docs.aws.amazon.com/step-functions/latest/dg/workflow-states.html
import type { StateType } from "./definition.ts";

const common = ["Type", "Comment", "QueryLanguage"];
const flow = [...common, "Next", "End", "Assign", "Output"];
const fallible = ["Retry", "Catch"];

export const allowedFields: Record<StateType, string[]> = {
  Pass: flow,
  Task: [...flow, ...fallible, "Resource", "Arguments", "TimeoutSeconds", "HeartbeatSeconds", "Credentials"],
  Choice: [...common, "Choices", "Default", "Assign", "Output"],
  Wait: [...flow, "Seconds", "Timestamp"],
  Succeed: [...common, "Output"],
  Fail: [...common, "Error", "Cause"],
  Parallel: [...flow, ...fallible, "Branches", "Arguments"],
  Map: [
    ...flow,
    ...fallible,
    ...["Items", "ItemSelector", "ItemProcessor", "MaxConcurrency", "Label"],
    ...["ToleratedFailureCount", "ToleratedFailurePercentage"],
  ],
};

export const requiredFields: Record<StateType, string[]> = {
  Pass: [],
  Task: ["Resource"],
  Choice: ["Choices"],
  Wait: [],
  Succeed: [],
  Fail: [],
  Parallel: ["Branches"],
  Map: ["ItemProcessor"],
};

export const notImplementedFields = ["Credentials", "ItemReader", "ItemBatcher", "ResultWriter"];

export const machineFields = ["Comment", "StartAt", "States", "Version", "TimeoutSeconds", "QueryLanguage"];
export const scopeFields = ["Comment", "StartAt", "States", "ProcessorConfig", "QueryLanguage"];

export const endsByItself = new Set<StateType>(["Succeed", "Fail", "Choice"]);
