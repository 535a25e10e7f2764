// What a rule or a schedule does when its moment comes: invoke a function or start an execution, in process, trying
// again while the other side fails. A target that is refused for good is given up at once.
import { setTimeout as sleep } from "node:timers/promises";
import { AwsError, type Platform } from "../platform.ts";

export type Delivery = {
  /** For the log: `rule tutti-artifact`. */
  from: string;
  arn: string;
  /** Whose permissions apply. */
  principal: string;
  payload: string;
  maxRetries: number;
};

const PERMANENT = new Set([
  "AccessDeniedException",
  "ResourceNotFoundException",
  "StateMachineDoesNotExist",
  "InvalidParameterValueException",
  "InvalidExecutionInput",
  "ValidationException",
]);
const FIRST_DELAY_MS = 200;
const LONGEST_DELAY_MS = 30_000;

/** Answers whether it was delivered. Never throws. */
export async function deliver(platform: Platform, delivery: Delivery, signal: AbortSignal): Promise<boolean> {
  for (let attempt = 0; !signal.aborted; attempt++) {
    try {
      await callTarget(platform, delivery);
      return true;
    } catch (error) {
      const code = error instanceof AwsError ? error.code : (error as Error).name;
      const hopeless = PERMANENT.has(code) || attempt >= delivery.maxRetries;
      if (hopeless) {
        platform.log(`${delivery.from}: ${delivery.arn} is not reached: ${(error as Error).message}`);
        return false;
      }
      const delayMs = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** attempt);
      await sleep(delayMs, undefined, { signal, ref: false }).catch(() => {});
    }
  }
  return false;
}

async function callTarget(platform: Platform, { arn, principal, payload }: Delivery): Promise<void> {
  const service = serviceOf(arn);
  if (service === "lambda") {
    // An alias or a version is part of the ARN; Invoke takes it whole.
    const input = { FunctionName: arn, InvocationType: "Event", Payload: Buffer.from(payload) };
    await platform.call("lambda", "Invoke", input, principal);
  } else await platform.call("states", "StartExecution", { stateMachineArn: arn, input: payload }, principal);
}

/** Throws ValidationException for what the sandbox cannot reach. */
export function serviceOf(arn: string): "lambda" | "states" {
  const service = arn.split(":")[2];
  if (service === "lambda" || service === "states") return service;
  throw new AwsError("ValidationException", `The sandbox does not implement the target ${arn}.`);
}
