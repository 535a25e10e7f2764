// SSM Run Command as the drivers use it: one script for many instances, and what came of it. Nothing listens on the
// host, nobody holds a key. SendCommand has no client token, so a repeated one may run twice; the script's lock makes
// that harmless.
import {
  type CommandInvocation,
  ListCommandInvocationsCommand,
  SendCommandCommand,
  type SSMClient,
} from "@aws-sdk/client-ssm";
import type { Clock } from "#core/clock.ts";
import { callAws } from "./call-aws.ts";

export type Outcome =
  | { kind: "exited"; code: number; stdout: string; stderr: string }
  | { kind: "unreachable"; reason: string }
  /** It was taken up or waiting and is no more, though the host may be well: worth sending again. */
  | { kind: "lost"; reason: string }
  /** Under way; ask again with `ref`. `seenOnlineAtMs`: when its agent was last asked after, where it was. */
  | { kind: "pending"; ref: string; seenOnlineAtMs?: number };

/** SSM takes at most 50 ids in one call (SendCommand, InstanceIds). */
export const MOST_INSTANCES = 50;
/** A command that no agent took up within this time: the host is off or cut off. (An agent asks every second or so.) */
const TAKE_UP_SECONDS = 20;
const LISTED_WITHIN_SECONDS = 10;

/** `TimeoutSeconds` is how long SSM may take to deliver it; 30 is the least that SSM allows. */
export async function sendCommand(
  { ssm }: { ssm: SSMClient },
  instanceIds: string[],
  script: string,
  timeoutSeconds: number,
): Promise<string> {
  const answer = await callAws("ssm:SendCommand", (abortSignal) =>
    ssm.send(
      new SendCommandCommand({
        DocumentName: "AWS-RunShellScript",
        InstanceIds: instanceIds,
        MaxConcurrency: "100%",
        MaxErrors: "100%",
        TimeoutSeconds: 30,
        Parameters: { commands: [script], executionTimeout: [String(timeoutSeconds)] },
      }),
      { abortSignal },
    ),
  );
  return answer.Command!.CommandId!;
}

/** A host that went away since it was listed makes SSM refuse the whole command (InvalidInstanceId). */
export async function startCommand(
  clients: { ssm: SSMClient },
  instanceIds: string[],
  script: string,
  timeoutSeconds: number,
): Promise<Outcome> {
  try {
    return { kind: "pending", ref: await sendCommand(clients, instanceIds, script, timeoutSeconds) };
  } catch (error) {
    const { cause, message } = error as Error;
    if ((cause as Error | undefined)?.name !== "InvalidInstanceId") throw error;
    return { kind: "unreachable", reason: message };
  }
}

export async function listInvocations(
  { ssm }: { ssm: SSMClient },
  CommandId: string,
): Promise<CommandInvocation[]> {
  const answer = await callAws("ssm:ListCommandInvocations", (abortSignal) =>
    ssm.send(new ListCommandInvocationsCommand({ CommandId, Details: true, MaxResults: MOST_INSTANCES }), {
      abortSignal,
    }),
  );
  return answer.CommandInvocations ?? [];
}

/** Right after it was sent a command need not be listed yet. */
export function notListed(ref: string, sentAtMs: number | undefined, clock: Clock): Outcome {
  if (sentAtMs === undefined || clock.now() - sentAtMs < LISTED_WITHIN_SECONDS * 1000)
    return { kind: "pending", ref };
  return { kind: "lost", reason: "SSM does not know the command any more" };
}

/** Statuses: Systems Manager User Guide, "Understanding command statuses". */
export function readInvocation(
  invocation: CommandInvocation,
  ref: string,
  timeoutSeconds: number,
  clock: Clock,
): Outcome {
  const { Status, StatusDetails, RequestedDateTime } = invocation;
  const waitedSeconds = RequestedDateTime ? (clock.now() - RequestedDateTime.getTime()) / 1000 : 0;
  if (Status === "Pending" || Status === "Delayed")
    return waitedSeconds < TAKE_UP_SECONDS
      ? { kind: "pending", ref }
      : { kind: "unreachable", reason: `the SSM agent did not take up the command in ${TAKE_UP_SECONDS} s` };
  if (Status === "InProgress" || Status === "Cancelling")
    return waitedSeconds < timeoutSeconds + 2 * TAKE_UP_SECONDS
      ? { kind: "pending", ref }
      : { kind: "unreachable", reason: "the SSM agent took up the command and was not heard of again" };
  if (/Undeliverable|Terminated/.test(StatusDetails ?? ""))
    return { kind: "lost", reason: `the SSM agent lost the command (${StatusDetails})` };
  if (StatusDetails === "DeliveryTimedOut")
    return { kind: "unreachable", reason: `SSM could not deliver the command (${StatusDetails})` };
  const plugin = invocation.CommandPlugins?.[0];
  const output = plugin?.Output ?? "";
  const said = output || (StatusDetails ?? Status ?? "");
  return { kind: "exited", code: plugin?.ResponseCode ?? -1, stdout: said, stderr: "" };
}
