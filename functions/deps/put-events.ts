// The one call of EventBridge that Tutti makes. A deployment waits for it, so it is short: what it does not take is told later.
import { EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from "@aws-sdk/client-eventbridge";
import { awsOptions } from "./aws-options.ts";

const client = new EventBridgeClient(awsOptions(2, 2));

/** Throws where one of them is not taken. */
export async function putEvents(Entries: PutEventsRequestEntry[]): Promise<void> {
  const answer = await client.send(new PutEventsCommand({ Entries }));
  const refused = answer.Entries?.find(({ ErrorCode }) => ErrorCode !== undefined);
  if (refused) throw new Error(`The event bus took not all: ${refused.ErrorCode}: ${refused.ErrorMessage}`);
}
