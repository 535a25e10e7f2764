// A command of Run Command and its invocations, as remembered, and the pure part of it: which status follows, what
// the whole command's status is, how many run at once and when errors end it.

export type InvocationStatus =
  | "Pending"
  | "InProgress"
  | "Cancelling"
  | "Success"
  | "Failed"
  | "TimedOut"
  | "Cancelled";

export type Invocation = {
  instanceId: string;
  instanceName: string;
  status: InvocationStatus;
  /** Says more than the status: `DeliveryTimedOut`, `ExecutionTimedOut`, `Undeliverable`, `Terminated`. */
  statusDetails: string;
  responseCode: number;
  requestedAt: number;
  startedAt?: number;
  endedAt?: number;
  stdout: string;
  stderr: string;
};

export type CommandRecord = {
  id: string;
  documentName: string;
  comment: string;
  parameters: Record<string, string[]>;
  instanceIds: string[];
  targets: { Key: string; Values: string[] }[];
  timeoutSeconds: number;
  maxConcurrency: string;
  maxErrors: string;
  requestedAt: number;
  cancelledAt?: number;
  invocations: Invocation[];
};

export function isOver(invocation: Invocation): boolean {
  return !["Pending", "InProgress", "Cancelling"].includes(invocation.status);
}

const isError = ({ status }: Invocation) => status === "Failed" || status === "TimedOut";

export function countInvocations({ invocations }: CommandRecord) {
  return {
    TargetCount: invocations.length,
    CompletedCount: invocations.filter(isOver).length,
    ErrorCount: invocations.filter(isError).length,
    DeliveryTimedOutCount: invocations.filter((one) => one.statusDetails === "DeliveryTimedOut").length,
  };
}

/** The status of the command as a whole, from those of its invocations. */
export function commandStatus(command: CommandRecord): InvocationStatus {
  const { invocations } = command;
  if (!invocations.every(isOver)) {
    if (command.cancelledAt !== undefined) return "Cancelling";
    return invocations.every((one) => one.status === "Pending") && invocations.length > 0
      ? "Pending"
      : "InProgress";
  }
  if (command.cancelledAt !== undefined) return "Cancelled";
  if (invocations.some((one) => one.status === "Failed")) return "Failed";
  if (invocations.some((one) => one.status === "TimedOut")) return "TimedOut";
  return invocations.some((one) => one.status === "Cancelled") ? "Cancelled" : "Success";
}

/** MaxConcurrency and MaxErrors are a count or a percentage of the targets; at least `least` of them. */
export function countOf(setting: string, total: number, least: number): number {
  const percent = /^(\d+)%$/.exec(setting);
  const count = percent ? Math.floor((total * Number(percent[1])) / 100) : Number(setting);
  return Math.max(count, least);
}

/** Whether no further invocation may start, since more went wrong than MaxErrors allows. */
export function tooManyErrors(command: CommandRecord): boolean {
  const allowed = countOf(command.maxErrors, command.invocations.length, 0);
  const errors = command.invocations.filter(isError).length;
  return errors > allowed;
}

export function endInvocation(
  invocation: Invocation,
  now: number,
  status: InvocationStatus,
  statusDetails: string,
  more: { stdout?: string; stderr?: string; responseCode?: number } = {},
): void {
  Object.assign(invocation, { status, statusDetails, endedAt: now, ...more });
}
