// AWS Step Functions on this machine: standard workflows in JSONata, kept on disk and carried on after a restart.
// Wires state machines, executions and tokens to the operations.
import { join } from "node:path";
import * as sdk from "@aws-sdk/client-sfn";
import type { Platform, Service } from "../platform.ts";
import { openArchive } from "./archive.ts";
import { executionHandlers, tokenHandlers } from "./execution-handlers.ts";
import { createExecutions } from "./executions.ts";
import { machineHandlers } from "./machine-handlers.ts";
import { openMachines } from "./machines.ts";
import { systemTimers, type Timers } from "./timers.ts";
import { executionOf } from "./tokens.ts";

export type StepFunctionsService = Service & {
  /** State transitions so far, retries included, as AWS bills them; undefined for an unknown execution. */
  transitionsOf(executionArn: string): number | undefined;
};

export function createStepFunctions(
  platform: Platform,
  options: { timers?: Timers } = {},
): StepFunctionsService {
  const directory = join(platform.directory, "step-functions");
  const archive = openArchive(directory, platform.now());
  const machines = openMachines(platform, directory, archive);
  const executions = createExecutions(platform, options.timers ?? systemTimers, archive);
  return {
    name: "states",
    module: sdk,
    Client: sdk.SFNClient,
    handlers: {
      ...machineHandlers(machines, executions),
      ...executionHandlers(machines, executions, archive),
      ...tokenHandlers(executions.tokens),
    },
    iamResources: {
      ...Object.fromEntries(
        [
          "StartExecution",
          "DescribeStateMachine",
          "UpdateStateMachine",
          "DeleteStateMachine",
          "ListExecutions",
        ].map((operation) => [operation, (input: { stateMachineArn: string }) => [input.stateMachineArn]]),
      ),
      ...Object.fromEntries(
        ["DescribeExecution", "StopExecution", "GetExecutionHistory"].map((operation) => [
          operation,
          (input: { executionArn: string }) => [input.executionArn],
        ]),
      ),
      ...Object.fromEntries(
        ["SendTaskSuccess", "SendTaskFailure", "SendTaskHeartbeat"].map((operation) => [
          operation,
          machineOfToken,
        ]),
      ),
      CreateStateMachine: (input: { name: string }) => [
        `arn:aws:states:${platform.region}:${platform.accountId}:stateMachine:${input.name}`,
      ],
    },
    iamAlso: { CreateStateMachine: passRole, UpdateStateMachine: passRole },
    transitionsOf(executionArn) {
      try {
        return executions.find(executionArn).transitions;
      } catch {
        return undefined;
      }
    },
    async start() {
      executions.carryOn();
    },
    stop: () => executions.halt(),
  };
}

/** Who gives a role to a machine must be allowed to pass it on. */
const passRole = (input: { roleArn?: string }) =>
  input.roleArn === undefined
    ? []
    : [
        {
          action: "iam:PassRole",
          resource: input.roleArn,
          context: { "iam:PassedToService": "states.amazonaws.com" },
        },
      ];

/** Granted on the state machine that the token belongs to. */
function machineOfToken(input: { taskToken?: string }): string[] {
  const machine = executionOf(input.taskToken ?? "")?.replace(":execution:", ":stateMachine:");
  return [machine?.split(":").slice(0, 7).join(":") ?? "*"];
}
