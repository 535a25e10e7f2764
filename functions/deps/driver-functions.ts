// The driver functions, asked directly: one Lambda per kind. What a driver refuses comes back as the error that it is, so that a
// caller sees the same as if the driver had been called in process.
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import type { Kind } from "#core/domain/kind.ts";
import { type Answer, valueIn } from "#core/driver/answer.ts";
import { CAPABILITIES } from "#core/driver/capabilities.ts";
import { type ErrorCode, TuttiError } from "#core/errors.ts";
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
      if (answer.FunctionError)
        throw new TuttiError("driver_failed", `The driver failed: ${failureIn(text)}`);
      return valueIn(JSON.parse(text) as Answer);
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

/** What Lambda makes of a function that threw, died or ran out of its time: `{errorType, errorMessage}`. */
function failureIn(payload: string): string {
  const { errorType = "", errorMessage = payload } = JSON.parse(payload) as Record<
    string,
    string | undefined
  >;
  return `${errorType}: ${errorMessage}`;
}
