// What a request may say about a state machine.
import { createHash, randomUUID } from "node:crypto";
import { fault } from "./faults.ts";
import { validate } from "./language/validate.ts";
import type { MachineRecord } from "./records.ts";

// biome-ignore lint/suspicious/noExplicitAny: the shape of an input is the SDK schema's.
type Input = any;

export function newMachine(
  arn: string,
  input: Input,
  definitionSha256: string,
  nowMs: number,
): MachineRecord {
  return {
    name: input.name,
    arn,
    roleArn: checkRole(input.roleArn),
    definition: input.definition,
    definitionSha256,
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
    revisionId: randomUUID(),
    status: "ACTIVE",
    tags: Object.fromEntries(
      (input.tags ?? []).map((tag: { key: string; value: string }) => [tag.key, tag.value]),
    ),
  };
}

export function sameOrRefuse(
  existing: MachineRecord,
  input: { roleArn: string },
  sha256: string,
): MachineRecord {
  if (existing.definitionSha256 === sha256 && existing.roleArn === input.roleArn) return existing;
  throw fault("StateMachineAlreadyExists", `State Machine Already Exists: '${existing.arn}'`);
}

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html (name) */
export function checkName(name: string): void {
  const forbidden = /[\s\p{Cc}<>{}[\]?*"#%\\^|~`$&,;:/]/u;
  if (!name || name.length > 80 || forbidden.test(name))
    throw fault("InvalidName", `Invalid Name: '${name}'`);
}

// biome-ignore lint/suspicious/noExplicitAny: the shape of an input is the SDK schema's.
export function checkKind(input: any): void {
  if (input.type === "EXPRESS")
    throw fault("StateMachineTypeNotSupported", "EXPRESS state machines are not implemented in this sandbox");
  if (input.publish)
    throw fault(
      "ValidationException",
      "publish (versions of state machines) is not implemented in this sandbox",
    );
}

export function checkRole(roleArn: string): string {
  if (/^arn:aws:iam::\d{12}:role\/.+$/.test(roleArn)) return roleArn;
  throw fault("InvalidArn", `Invalid Arn: '${roleArn}'`);
}

/** Answers the digest of a definition that can be played here. */
export function checkDefinition(text: string): string {
  const problems = validate(text);
  if (problems.length > 0)
    throw fault("InvalidDefinition", `Invalid State Machine Definition: '${problems.join(", ")}'`);
  return createHash("sha256").update(text).digest("hex");
}
