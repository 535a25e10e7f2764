import { expect, test } from "vitest";
import {
  type CommandRecord,
  commandStatus,
  countOf,
  type InvocationStatus,
  tooManyErrors,
} from "./command-record.ts";

function aCommand(maxErrors: string, ...statuses: InvocationStatus[]): CommandRecord {
  return {
    id: "command",
    documentName: "AWS-RunShellScript",
    comment: "",
    parameters: { commands: ["true"] },
    instanceIds: [],
    targets: [],
    timeoutSeconds: 60,
    maxConcurrency: "50",
    maxErrors,
    requestedAt: 0,
    invocations: statuses.map((status, index) => ({
      instanceId: `mi-${index}`,
      instanceName: "",
      status,
      statusDetails: status,
      responseCode: -1,
      requestedAt: 0,
      stdout: "",
      stderr: "",
    })),
  };
}

test("The command's status follows from its invocations'.", () => {
  const status = (...statuses: InvocationStatus[]) => commandStatus(aCommand("0", ...statuses));
  expect(status("Pending", "Pending")).toBe("Pending");
  expect(status("Success", "Pending")).toBe("InProgress");
  expect(status("Success", "Success")).toBe("Success");
  expect(status("Success", "TimedOut")).toBe("TimedOut");
  expect(status("Failed", "TimedOut", "Cancelled")).toBe("Failed");
  expect(status()).toBe("Success");
});

test("MaxErrors is exceeded by one more error than it allows; percentages floor.", () => {
  expect(tooManyErrors(aCommand("0", "Success", "Pending"))).toBe(false);
  expect(tooManyErrors(aCommand("0", "Failed", "Pending"))).toBe(true);
  expect(tooManyErrors(aCommand("50%", "Failed", "TimedOut", "Pending", "Pending"))).toBe(false);
  expect(tooManyErrors(aCommand("30%", "Failed", "Pending", "Pending"))).toBe(true);
  expect([countOf("30%", 10, 1), countOf("10%", 3, 1), countOf("7", 3, 1)]).toEqual([3, 1, 7]);
});
