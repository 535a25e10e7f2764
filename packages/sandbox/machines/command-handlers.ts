// The operations of Run Command.
import type {
  CancelCommandRequest,
  GetCommandInvocationRequest,
  ListCommandInvocationsRequest,
  ListCommandsRequest,
  SendCommandRequest,
} from "@aws-sdk/client-ssm";
import { AwsError, type Handler, type Platform } from "../platform.ts";
import type { CommandHistory } from "./command-history.ts";
import { newCommand } from "./command-input.ts";
import { describeCommand, describeInvocation, describeResult } from "./command-output.ts";
import { type CommandRecord, commandStatus } from "./command-record.ts";
import type { Fleet } from "./fleet.ts";
import { pageOf, pageSize } from "./pages.ts";
import type { RunCommand } from "./run-command.ts";

export function commandHandlers(
  platform: Platform,
  fleet: Fleet,
  history: CommandHistory,
  run: RunCommand,
): Record<string, Handler> {
  function find(id: string | undefined): CommandRecord {
    const command = history.find(id ?? "");
    if (!command) throw new AwsError("InvalidCommandId", `There is no command ${id}.`);
    return command;
  }

  return {
    SendCommand: async (input: SendCommandRequest) => {
      const command = newCommand(input, fleet, platform.now());
      await run.send(command);
      return { Command: describeCommand(command) };
    },
    GetCommandInvocation: (input: GetCommandInvocationRequest) => {
      const command = history.find(input.CommandId ?? "");
      const invocation = command?.invocations.find((one) => one.instanceId === input.InstanceId);
      if (!command || !invocation)
        throw new AwsError(
          "InvocationDoesNotExist",
          `No command ${input.CommandId} was sent to ${input.InstanceId}.`,
        );
      if (input.PluginName && input.PluginName !== "aws:runShellScript")
        throw new AwsError("InvalidPluginName", `The document has no plugin ${input.PluginName}.`);
      return describeResult(command, invocation);
    },
    ListCommandInvocations: (input: ListCommandInvocationsRequest) => {
      refuseFilters(input.Filters);
      const commands = input.CommandId ? [find(input.CommandId)] : history.all();
      const all = commands.flatMap((command) =>
        command.invocations
          .filter((one) => !input.InstanceId || one.instanceId === input.InstanceId)
          .map((one) => () => describeInvocation(command, one, input.Details === true)),
      );
      const page = pageOf(all, pageSize(input.MaxResults, 1, 50), input.NextToken);
      return { CommandInvocations: page.items.map((describe) => describe()), NextToken: page.next };
    },
    ListCommands: (input: ListCommandsRequest) => {
      const status = statusFilter(input.Filters);
      const commands = (input.CommandId ? [find(input.CommandId)] : history.all()).filter(
        (command) =>
          (!input.InstanceId || command.invocations.some((one) => one.instanceId === input.InstanceId)) &&
          (!status || commandStatus(command) === status),
      );
      const page = pageOf(commands, pageSize(input.MaxResults, 1, 50), input.NextToken);
      return { Commands: page.items.map(describeCommand), NextToken: page.next };
    },
    CancelCommand: async (input: CancelCommandRequest) => {
      const command = find(input.CommandId);
      const unknown = input.InstanceIds?.find(
        (id) => !command.invocations.some((one) => one.instanceId === id),
      );
      if (unknown) throw new AwsError("InvalidInstanceId", `The command was not sent to ${unknown}.`);
      await run.cancel(command, input.InstanceIds ?? []);
      return {};
    },
  };
}

function statusFilter(filters: ListCommandsRequest["Filters"] = []): string | undefined {
  refuseFilters(filters.filter(({ key }) => key !== "Status"));
  return filters.find(({ key }) => key === "Status")?.value;
}

function refuseFilters(filters: ListCommandsRequest["Filters"] = []): void {
  const other = filters[0];
  if (other)
    throw new AwsError("InvalidFilterKey", `The filter ${other.key} is not implemented in the sandbox.`);
}
