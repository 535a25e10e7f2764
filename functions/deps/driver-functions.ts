// The driver functions, asked directly: one Lambda per kind. What a driver function throws comes back as the error of
// the table that its name says, so that a caller sees the same error as if the driver had been called in process.
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import type { Kind } from "#core/domain/kind.ts";
import { CAPABILITIES } from "#core/driver/capabilities.ts";
import { ERRORS, type ErrorCode, errorName, TuttiError } from "#core/errors.ts";
import type { DirectRequest } from "#core/rollout/messages.ts";
import { awsOptions } from "./aws-options.ts";

export type DriverFunctions = { invoke(kind: Kind, request: DirectRequest): Promise<unknown> };

/** `answerSeconds`: how long one may take to answer; asked once, since the caller knows best whether to ask again. */
export function driverFunctions(driverPrefix: string, answerSeconds: number): DriverFunctions {
  const lambda = new LambdaClient(awsOptions(answerSeconds, 1));
  return {
    invoke: async (kind, request) => {
      if (!CAPABILITIES[kind])
        throw new TuttiError("not_supported_yet", `The kind ${kind} is not built yet.`);
      const command = new InvokeCommand({
        FunctionName: `${driverPrefix}${kind}`,
        Payload: JSON.stringify(request),
      });
      const answer = await lambda
        .send(command)
        .catch((cause: Error) => Promise.reject(unanswered(kind, cause)));
      const text = new TextDecoder().decode(answer.Payload);
      if (answer.FunctionError) throw errorFrom(text);
      return text === "" ? null : JSON.parse(text);
    },
  };
}

function unanswered(kind: Kind, cause: Error): TuttiError {
  const denied = /AccessDenied|Unauthorized/.test(cause.name);
  const code: ErrorCode = denied ? "platform_denied" : "unreachable";
  return new TuttiError(code, `The driver of ${kind} did not answer: ${cause.name}: ${cause.message}`, {
    cause,
  });
}

const CODES = new Map(Object.keys(ERRORS).map((code) => [errorName(code as ErrorCode), code as ErrorCode]));

/** What Lambda's Node runtime makes of a thrown error: `{errorType, errorMessage}`. */
function errorFrom(payload: string): TuttiError {
  const { errorType = "", errorMessage = payload } = parse(payload);
  const code = CODES.get(errorType);
  if (code) return new TuttiError(code, errorMessage);
  return new TuttiError("driver_failed", `The driver failed: ${errorType}: ${errorMessage}`);
}

function parse(payload: string): { errorType?: string; errorMessage?: string } {
  try {
    return JSON.parse(payload) as { errorType?: string; errorMessage?: string };
  } catch {
    return {};
  }
}
