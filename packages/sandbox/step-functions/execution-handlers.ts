// The operations on executions and on task tokens.
import { AwsError } from "../platform.ts";
import type { Archive } from "./archive.ts";
import type { Executions } from "./executions.ts";
import { fault } from "./faults.ts";
import { historyOf, offsetOf } from "./history.ts";
import { dataLimitBytes } from "./language/errors.ts";
import { checkName } from "./machine-input.ts";
import type { Machines } from "./machines.ts";
import type { ExecutionRecord } from "./records.ts";
import type { TokenRegistry } from "./tokens.ts";

// biome-ignore lint/suspicious/noExplicitAny: the shape of an input is the SDK schema's.
type Input = any;

export function executionHandlers(machines: Machines, executions: Executions, archive: Archive) {
  return {
    StartExecution(input: Input) {
      const machine = machines.get(input.stateMachineArn);
      if (machine.status === "DELETING")
        throw fault("StateMachineDeleting", `State Machine is being deleted: '${machine.arn}'`);
      if (input.name !== undefined) checkName(input.name);
      const record = executions.start(machine, input.name, input.input ?? "{}");
      return { executionArn: record.arn, startDate: new Date(record.startedAtMs) };
    },
    DescribeExecution: (input: Input) => describe(executions.find(input.executionArn)),
    ListExecutions(input: Input) {
      const machine = machines.get(input.stateMachineArn);
      const all = executions
        .ofMachine(machine.arn)
        .filter((record) => input.statusFilter === undefined || record.status === input.statusFilter)
        .sort((a, b) => b.startedAtMs - a.startedAtMs);
      const from = offsetOf(input.nextToken);
      const to = from + (input.maxResults || 100);
      const page = all.slice(from, to).map(listed);
      return { executions: page, ...(to < all.length ? { nextToken: String(to) } : {}) };
    },
    async StopExecution(input: Input) {
      const record = await executions.stop(input.executionArn, input.error, input.cause);
      return { stopDate: new Date(record.stoppedAtMs ?? record.startedAtMs) };
    },
    GetExecutionHistory(input: Input) {
      const record = executions.find(input.executionArn);
      return historyOf(archive.journalPath(record.arn), input);
    },
  };
}

export function tokenHandlers(tokens: TokenRegistry) {
  return {
    SendTaskSuccess(input: Input) {
      checkOutput(input.output);
      tokens.answer(input.taskToken, { output: input.output });
      return {};
    },
    SendTaskFailure(input: Input) {
      tokens.answer(input.taskToken, { error: input.error ?? "", cause: input.cause ?? "" });
      return {};
    },
    SendTaskHeartbeat(input: Input) {
      tokens.beat(input.taskToken);
      return {};
    },
  };
}

function checkOutput(output: unknown): void {
  if (typeof output === "string" && Buffer.byteLength(output) > dataLimitBytes) {
    throw new AwsError(
      "ValidationException",
      `Value at 'output' failed to satisfy constraint: Member must have length less than or equal to ${dataLimitBytes}`,
    );
  }
  try {
    JSON.parse(output as string);
  } catch (cause) {
    throw fault("InvalidOutput", `Invalid Output: '${(cause as Error).message}'`);
  }
}

function listed(record: ExecutionRecord) {
  return {
    executionArn: record.arn,
    stateMachineArn: record.machineArn,
    name: record.name,
    status: record.status,
    startDate: new Date(record.startedAtMs),
    ...(record.stoppedAtMs === undefined ? {} : { stopDate: new Date(record.stoppedAtMs) }),
  };
}

function describe(record: ExecutionRecord) {
  const included = { included: true };
  return {
    ...listed(record),
    input: record.input,
    inputDetails: included,
    ...(record.output === undefined ? {} : { output: record.output, outputDetails: included }),
    ...(record.error === undefined ? {} : { error: record.error }),
    ...(record.cause === undefined ? {} : { cause: record.cause }),
    redriveCount: 0,
    redriveStatus: "NOT_REDRIVABLE",
  };
}
