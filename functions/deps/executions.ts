// Workflows as the engine sees them: executions to start and look at, and states that wait to be woken.
import {
  DescribeExecutionCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
} from "@aws-sdk/client-sfn";
import type { HealInput } from "#core/heal/messages.ts";
import type { TrainInput } from "#core/train/messages.ts";
import type { Executions, Tokens } from "#engine/deps.ts";
import { awsOptions } from "./aws-options.ts";
import { unless } from "./unless.ts";

export function rolloutWorkflow(rolloutArn: string): { executions: Executions; tokens: Tokens } {
  const sfn = new SFNClient(awsOptions());
  return {
    executions: executionsOf(sfn, rolloutArn),
    tokens: {
      succeed: async (taskToken, move) => {
        await sfn.send(new SendTaskSuccessCommand({ taskToken, output: JSON.stringify(move) }));
      },
    },
  };
}

/** Of a train's own workflow. */
export function trainWorkflow(trainArn: string): Executions<TrainInput> {
  return executionsOf(new SFNClient(awsOptions()), trainArn);
}

/** Of the workflow of healing. */
export function healWorkflow(healArn: string): Executions<HealInput> {
  return executionsOf(new SFNClient(awsOptions()), healArn);
}

function executionsOf<Input>(sfn: SFNClient, stateMachineArn: string): Executions<Input> {
  const executionArn = (name: string) =>
    `${stateMachineArn.replace(":stateMachine:", ":execution:")}:${name}`;
  return {
    start: async (name, input) => {
      const command = new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) });
      await unless("ExecutionAlreadyExists", sfn.send(command));
    },
    describe: async (name) => {
      const command = new DescribeExecutionCommand({ executionArn: executionArn(name) });
      const found = await unless("ExecutionDoesNotExist", sfn.send(command));
      if (!found) return "missing";
      return found.status === "RUNNING" || found.status === "PENDING_REDRIVE" ? "running" : "ended";
    },
  };
}
