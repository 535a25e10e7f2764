// What SendCommand accepts, and the words with which AWS refuses the rest.
import { randomUUID } from "node:crypto";
import type { SendCommandRequest } from "@aws-sdk/client-ssm";
import { AwsError } from "../platform.ts";
import type { CommandRecord, Invocation } from "./command-record.ts";
import type { Fleet, MachineRecord } from "./fleet.ts";

// Systems Manager API reference, SendCommand: InstanceIds at most 50, Targets at most 5, TimeoutSeconds 30 to 2,592,000.
const MAX_INSTANCE_IDS = 50;
const MAX_TARGETS = 5;
const MIN_TIMEOUT_SECONDS = 30;
const MAX_TIMEOUT_SECONDS = 2_592_000;
// AWS-RunShellScript, executionTimeout: 1 to 172,800 seconds.
const MAX_EXECUTION_SECONDS = 172_800;
const PARAMETERS = new Set(["commands", "workingDirectory", "executionTimeout"]);

export function newCommand(input: SendCommandRequest, fleet: Fleet, now: number): CommandRecord {
  checkDocument(input);
  const parameters = checkParameters(input.Parameters ?? {});
  checkLimits(input);
  const targets = (input.Targets ?? []).map(({ Key = "", Values = [] }) => ({ Key, Values }));
  const machines = input.InstanceIds?.length ? byIds(input.InstanceIds, fleet) : byTargets(targets, fleet);
  return {
    id: randomUUID(),
    documentName: input.DocumentName!,
    comment: input.Comment ?? "",
    parameters,
    instanceIds: input.InstanceIds ?? [],
    targets,
    timeoutSeconds: input.TimeoutSeconds ?? 3_600,
    maxConcurrency: input.MaxConcurrency ?? "50",
    maxErrors: input.MaxErrors ?? "0",
    requestedAt: now,
    invocations: machines.map((machine) => newInvocation(machine, now)),
  };
}

function newInvocation(machine: MachineRecord, now: number): Invocation {
  return {
    instanceId: machine.id,
    instanceName: machine.name,
    status: "Pending",
    statusDetails: "Pending",
    responseCode: -1,
    requestedAt: now,
    stdout: "",
    stderr: "",
  };
}

function checkDocument({ DocumentName, DocumentVersion }: SendCommandRequest): void {
  if (DocumentName !== "AWS-RunShellScript")
    throw new AwsError("InvalidDocument", `Document ${DocumentName} does not exist in your account.`);
  if (DocumentVersion && !["1", "$DEFAULT", "$LATEST"].includes(DocumentVersion))
    throw new AwsError("InvalidDocumentVersion", `AWS-RunShellScript has no version ${DocumentVersion}.`);
}

function checkParameters(parameters: Record<string, string[]>): Record<string, string[]> {
  const unknown = Object.keys(parameters).find((name) => !PARAMETERS.has(name));
  if (unknown)
    throw new AwsError("InvalidParameters", `Parameter "${unknown}" is not in document AWS-RunShellScript.`);
  if (!parameters.commands?.length)
    throw new AwsError("InvalidParameters", `Parameter "commands" is required.`);
  const timeout = parameters.executionTimeout?.[0] ?? "3600";
  if (!/^\d{1,6}$/.test(timeout) || Number(timeout) < 1 || Number(timeout) > MAX_EXECUTION_SECONDS)
    throw new AwsError(
      "InvalidParameters",
      `executionTimeout "${timeout}" is not 1 to ${MAX_EXECUTION_SECONDS}.`,
    );
  return parameters;
}

function checkLimits(input: SendCommandRequest): void {
  const { InstanceIds = [], Targets = [], TimeoutSeconds = 3_600 } = input;
  if (InstanceIds.length === 0 && Targets.length === 0)
    throw new AwsError("ValidationException", "InstanceIds or Targets must be given.");
  if (InstanceIds.length > 0 && Targets.length > 0)
    throw new AwsError("ValidationException", "InstanceIds and Targets cannot be given together.");
  if (InstanceIds.length > MAX_INSTANCE_IDS)
    throw new AwsError(
      "ValidationException",
      `InstanceIds has more than ${MAX_INSTANCE_IDS} members; use Targets.`,
    );
  if (Targets.length > MAX_TARGETS)
    throw new AwsError("ValidationException", `Targets has more than ${MAX_TARGETS} members.`);
  if (TimeoutSeconds < MIN_TIMEOUT_SECONDS || TimeoutSeconds > MAX_TIMEOUT_SECONDS)
    throw new AwsError(
      "ValidationException",
      `TimeoutSeconds ${TimeoutSeconds} is not ${MIN_TIMEOUT_SECONDS} to ${MAX_TIMEOUT_SECONDS}.`,
    );
  for (const [name, value] of Object.entries({
    MaxConcurrency: input.MaxConcurrency,
    MaxErrors: input.MaxErrors,
  }))
    if (value !== undefined && !/^(\d{1,7}|\d{1,2}%|100%)$/.test(value))
      throw new AwsError("ValidationException", `${name} "${value}" is neither a count nor a percentage.`);
  if (input.MaxConcurrency !== undefined && /^0+%?$/.test(input.MaxConcurrency))
    throw new AwsError("ValidationException", "MaxConcurrency must be at least 1.");
}

function byIds(ids: string[], fleet: Fleet): MachineRecord[] {
  if (new Set(ids).size !== ids.length)
    throw new AwsError("DuplicateInstanceId", "An instance ID is given twice.");
  const missing = ids.filter((id) => !fleet.record(id));
  if (missing.length > 0)
    throw new AwsError(
      "InvalidInstanceId",
      `Instances [[${missing.join(", ")}]] not in a valid state for account.`,
    );
  return ids.map((id) => fleet.record(id)!);
}

/** All targets must fit; within one, any value. No machine at all is no error, as on AWS. */
function byTargets(targets: CommandRecord["targets"], fleet: Fleet): MachineRecord[] {
  for (const { Key } of targets)
    if (!Key.startsWith("tag:") && Key !== "InstanceIds" && Key !== "tag-key")
      throw new AwsError(
        "InvalidTarget",
        `Target key "${Key}" is not supported in the sandbox: tag:NAME, tag-key, InstanceIds.`,
      );
  return fleet.records().filter((record) => targets.every((target) => fits(record, target)));
}

function fits({ id, tags }: MachineRecord, { Key, Values }: { Key: string; Values: string[] }): boolean {
  if (Key === "InstanceIds") return Values.includes(id);
  if (Key === "tag-key") return Values.some((value) => value in tags);
  const value = tags[Key.slice("tag:".length)];
  return value !== undefined && Values.includes(value);
}
