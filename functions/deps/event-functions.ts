// Gives an event to the function of its trigger once more, as EventBridge did: asynchronously, with Lambda's own retries.
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import type { TriggerEvent } from "#core/domain/dead-letter.ts";
import { awsOptions } from "./aws-options.ts";

export type EventFunctions = { send(event: TriggerEvent, payload: unknown): Promise<void> };

/** A function is named `<prefix><event>`. */
export function eventFunctions(prefix: string): EventFunctions {
  const lambda = new LambdaClient(awsOptions());
  return {
    async send(event, payload) {
      const Payload = JSON.stringify(payload);
      await lambda.send(
        new InvokeCommand({ FunctionName: `${prefix}${event}`, InvocationType: "Event", Payload }),
      );
    },
  };
}
