// Keeps an event that a trigger's function failed on for good. Lambda tells of it, so that a crash, a time-out and too
// little memory are told of too. The same record may come twice.
import { createHash } from "node:crypto";
import { instant } from "#core/clock.ts";
import { TRIGGER_EVENTS } from "#core/domain/dead-letter.ts";
import { idSource } from "#core/ids.ts";
import type { ControlDeps } from "#engine/deps.ts";

/** "Capturing records of Lambda asynchronous invocations" in the Lambda Developer Guide: the record of a failure. */
export type FailureRecord = {
  timestamp: string;
  requestContext: {
    requestId: string;
    functionArn: string;
    condition: string;
    approximateInvokeCount: number;
  };
  requestPayload: unknown;
  responsePayload?: { errorType?: string; errorMessage?: string } | null;
};

const LONGEST_ERROR = 1000;

export async function takeDeadLetter(deps: Pick<ControlDeps, "store">, record: FailureRecord): Promise<void> {
  const { requestId, functionArn, condition, approximateInvokeCount } = record.requestContext;
  const [, short = ""] = /:function:[\w-]+-events-(\w+)/.exec(functionArn) ?? [];
  const event = TRIGGER_EVENTS.find((one) => one === short);
  if (!event) throw new Error(`${functionArn} is not the function of a trigger.`);
  const { errorType, errorMessage } = record.responsePayload ?? {};
  const error = [errorType, errorMessage].filter(Boolean).join(": ") || condition;
  await deps.store.deadLetters.add({
    id: idOf(record.timestamp, requestId),
    at: instant(Date.parse(record.timestamp)),
    event,
    payload: record.requestPayload,
    attempts: approximateInvokeCount,
    error: error.slice(0, LONGEST_ERROR),
    replayedAt: null,
    replayedBy: null,
  });
}

/** The same for the same invocation, whenever it is told of. */
function idOf(timestamp: string, requestId: string): string {
  const bytes = [...createHash("sha256").update(requestId).digest()];
  return idSource(
    () => Date.parse(timestamp),
    () => (bytes.shift() ?? 0) / 256,
  )("dead");
}
