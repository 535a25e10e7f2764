// Commands and invocations in the shapes that the API answers.
import type { Command, CommandInvocation, GetCommandInvocationResult } from "@aws-sdk/client-ssm";
import {
  type CommandRecord,
  commandStatus,
  countInvocations,
  type Invocation,
  isOver,
} from "./command-record.ts";

const PLUGIN = "aws:runShellScript";
/** CommandPlugin.Output holds at most 2,500 characters; GetCommandInvocation tells more. */
const MAX_PLUGIN_OUTPUT_CHARACTERS = 2_500;

export function describeCommand(command: CommandRecord): Command {
  const status = commandStatus(command);
  return {
    CommandId: command.id,
    DocumentName: command.documentName,
    DocumentVersion: "$DEFAULT",
    Comment: command.comment,
    Parameters: command.parameters,
    InstanceIds: command.instanceIds,
    Targets: command.targets,
    RequestedDateTime: new Date(command.requestedAt),
    ExpiresAfter: new Date(command.requestedAt + command.timeoutSeconds * 1_000),
    Status: status,
    StatusDetails: status,
    MaxConcurrency: command.maxConcurrency,
    MaxErrors: command.maxErrors,
    TimeoutSeconds: command.timeoutSeconds,
    ...countInvocations(command),
  };
}

export function describeInvocation(
  command: CommandRecord,
  one: Invocation,
  details: boolean,
): CommandInvocation {
  return {
    CommandId: command.id,
    InstanceId: one.instanceId,
    InstanceName: one.instanceName,
    Comment: command.comment,
    DocumentName: command.documentName,
    DocumentVersion: "$DEFAULT",
    RequestedDateTime: new Date(one.requestedAt),
    Status: one.status,
    StatusDetails: one.statusDetails,
    CommandPlugins: details ? [describePlugin(one)] : [],
  };
}

function describePlugin(one: Invocation) {
  const output = one.stderr ? `${one.stdout}\n----------ERROR-------\n${one.stderr}` : one.stdout;
  return {
    Name: PLUGIN,
    Status: one.status,
    StatusDetails: one.statusDetails,
    ResponseCode: one.responseCode,
    ResponseStartDateTime: one.startedAt === undefined ? undefined : new Date(one.startedAt),
    ResponseFinishDateTime: one.endedAt === undefined ? undefined : new Date(one.endedAt),
    Output: isOver(one) ? output.slice(0, MAX_PLUGIN_OUTPUT_CHARACTERS) : "",
  } as NonNullable<CommandInvocation["CommandPlugins"]>[number];
}

export function describeResult(command: CommandRecord, one: Invocation): GetCommandInvocationResult {
  const { startedAt, endedAt } = one;
  const instant = (at: number | undefined) => (at === undefined ? "" : new Date(at).toISOString());
  return {
    CommandId: command.id,
    InstanceId: one.instanceId,
    Comment: command.comment,
    DocumentName: command.documentName,
    DocumentVersion: "$DEFAULT",
    PluginName: PLUGIN,
    ResponseCode: one.responseCode,
    ExecutionStartDateTime: instant(startedAt),
    ExecutionEndDateTime: instant(endedAt),
    ExecutionElapsedTime:
      startedAt !== undefined && endedAt !== undefined ? `PT${(endedAt - startedAt) / 1_000}S` : "",
    Status: one.status,
    StatusDetails: one.statusDetails,
    StandardOutputContent: isOver(one) ? one.stdout : "",
    StandardErrorContent: isOver(one) ? one.stderr : "",
    StandardOutputUrl: "",
    StandardErrorUrl: "",
  };
}
