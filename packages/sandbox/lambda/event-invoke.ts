// What happens with an asynchronous call that fails: how often and how long it is tried, and which function is told when
// it is given up. Other destinations are not implemented, and say so.
import { AwsError } from "../platform.ts";
import { invalid } from "./faults.ts";
import { parseFunctionName } from "./names.ts";
import type { EventInvokeRecord, FunctionRecord } from "./records.ts";
import type { FunctionStore } from "./store.ts";

/** "MaximumRetryAttempts" in the Lambda API Reference, PutFunctionEventInvokeConfig. */
export const MOST_RETRIES = 2;

// biome-ignore lint/suspicious/noExplicitAny: the shape of an input is the SDK schema's.
type Input = any;

export function eventInvokeHandlers(store: FunctionStore) {
  const byName = (input: Input) => store.get(parseFunctionName(input.FunctionName).name);
  return {
    PutFunctionEventInvokeConfig(input: Input) {
      if (input.Qualifier && input.Qualifier !== "$LATEST")
        throw invalid("The sandbox keeps this configuration for $LATEST only");
      const record = byName(input);
      record.eventInvoke = {
        maxRetries: retriesOf(input.MaximumRetryAttempts),
        onFailureArn: destinationOf(store, input.DestinationConfig?.OnFailure?.Destination),
        modifiedAtMs: Date.now(),
      };
      if (input.DestinationConfig?.OnSuccess?.Destination)
        throw invalid("The sandbox does not implement destinations on success");
      store.save(record);
      return describe(record, record.eventInvoke);
    },
    GetFunctionEventInvokeConfig(input: Input) {
      const record = byName(input);
      if (!record.eventInvoke)
        throw new AwsError(
          "ResourceNotFoundException",
          `The function ${record.arn} doesn't have an EventInvokeConfig`,
        );
      return describe(record, record.eventInvoke);
    },
  };
}

function retriesOf(count = MOST_RETRIES): number {
  if (Number.isInteger(count) && count >= 0 && count <= MOST_RETRIES) return count;
  throw invalid(`Value '${count}' at 'maximumRetryAttempts' must be 0 to ${MOST_RETRIES}`);
}

function destinationOf(store: FunctionStore, arn: string | undefined): string | undefined {
  if (arn === undefined) return undefined;
  if (arn.split(":")[2] !== "lambda") throw invalid(`The sandbox does not implement the destination ${arn}`);
  return store.get(parseFunctionName(arn).name).arn;
}

function describe({ arn }: FunctionRecord, { maxRetries, onFailureArn, modifiedAtMs }: EventInvokeRecord) {
  return {
    FunctionArn: `${arn}:$LATEST`,
    MaximumRetryAttempts: maxRetries,
    DestinationConfig: { OnSuccess: {}, OnFailure: onFailureArn ? { Destination: onFailureArn } : {} },
    LastModified: new Date(modifiedAtMs),
  };
}

type Failed = { id: string; payload: string; attempts: number; failure: unknown };

/** "Capturing records of Lambda asynchronous invocations" in the Developer Guide. */
export function failureRecord(
  nowMs: number,
  { arn }: FunctionRecord,
  { id, payload, attempts, failure }: Failed,
) {
  return {
    version: "1.0",
    timestamp: new Date(nowMs).toISOString(),
    requestContext: {
      requestId: /[0-9a-f-]{36}(?=\.json$)/.exec(id)?.[0] ?? id,
      functionArn: `${arn}:$LATEST`,
      condition: "RetriesExhausted",
      approximateInvokeCount: attempts,
    },
    requestPayload: JSON.parse(payload) as unknown,
    responseContext: { statusCode: 200, executedVersion: "$LATEST", functionError: "Unhandled" },
    responsePayload: failure,
  };
}
