// Invoking: which version a call runs, what the caller gets back, and the queue of asynchronous calls.
import { randomUUID } from "node:crypto";
import { AwsError, type Platform } from "../platform.ts";
import { logGroupOf } from "./configuration.ts";
import type { Play, Played } from "./environment.ts";
import type { Environments } from "./environments.ts";
import { conflict, invalid, notFound, tooLarge } from "./faults.ts";
import type { Logs } from "./logs.ts";
import { parseFunctionName } from "./names.ts";
import type { Call, LambdaMetrics } from "./published-metrics.ts";
import { type FunctionRecord, LATEST, type VersionRecord } from "./records.ts";
import type { FunctionStore } from "./store.ts";

// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
export const payloadLimitBytes = 6 * 1024 * 1024;
const eventLimitBytes = 1024 * 1024;

export type Invocation = { version: VersionRecord; requestId: string; played: Played; log: string[] };
export type Invoker = ReturnType<typeof createInvoker>;
export type InvokerParts = {
  platform: Platform;
  store: FunctionStore;
  environments: Environments;
  logs: Logs;
  metrics: LambdaMetrics;
  /** What serves `$LATEST` while an update is in progress: the state before it. */
  serving: Map<string, VersionRecord>;
};

export function createInvoker({ environments, logs, metrics, serving }: InvokerParts) {
  /** The version behind a qualifier; an alias with weights is drawn anew for each call. */
  function resolve(
    record: FunctionRecord,
    qualifier: string | undefined,
    draw = Math.random(),
  ): VersionRecord {
    if (qualifier === undefined || qualifier === LATEST) return serving.get(record.name) ?? record.latest;
    const alias = record.aliases[qualifier];
    const number = alias ? drawVersion(alias.functionVersion, alias.additionalWeights, draw) : qualifier;
    const version = record.versions.find((candidate) => candidate.version === number);
    if (!version) throw notFound(`${record.arn}:${qualifier}`);
    return version;
  }

  /** Refused at once where the concurrency is used up. */
  function startPlaying(record: FunctionRecord, version: VersionRecord, call: Call, play: Play) {
    try {
      return environments.run(record, version, play);
    } catch (error) {
      metrics.throttled(call);
      throw error;
    }
  }

  async function run(
    record: FunctionRecord,
    qualifier: string | undefined,
    payload: string,
  ): Promise<Invocation> {
    const version = resolve(record, qualifier);
    if (version.state === "Pending") {
      throw conflict(
        "The operation cannot be performed at this time. The function is currently in the following state: Pending",
      );
    }
    const requestId = randomUUID();
    const log: string[] = [];
    const startedAtMs = performance.now();
    const call = { functionName: record.name, qualifier, version: version.version };
    const playing = startPlaying(record, version, call, {
      payload,
      context: contextOf(record, version, qualifier, requestId),
      timeoutSeconds: version.timeoutSeconds,
      onLog(text) {
        log.push(text);
        logs.write(record.name, text);
      },
    });
    const outcome = limited(await playing, requestId);
    const durationMs = performance.now() - startedAtMs;
    metrics.invoked(call, durationMs, outcome.failure !== undefined);
    if (outcome.failure) logs.write(record.name, `ERROR ${requestId} ${JSON.stringify(outcome.failure)}`);
    // Lambda's own line, of every call: a function that prints nothing writes a log as well.
    logs.write(record.name, reportOf(requestId, durationMs, version.memoryMib));
    return { version, requestId, played: outcome, log };
  }

  return { run, resolve };
}

function drawVersion(primary: string, weights: Record<string, number>, draw: number): string {
  let left = draw;
  for (const [version, weight] of Object.entries(weights)) {
    if (left < weight) return version;
    left -= weight;
  }
  return primary;
}

function contextOf(
  record: FunctionRecord,
  version: VersionRecord,
  qualifier: string | undefined,
  requestId: string,
) {
  return {
    functionName: record.name,
    functionVersion: version.version,
    invokedFunctionArn: qualifier ? `${record.arn}:${qualifier}` : record.arn,
    memoryLimitInMB: String(version.memoryMib),
    awsRequestId: requestId,
    logGroupName: logGroupOf(record, version),
    logStreamName: version.version,
  };
}

/** Mishaps of the environment carry the request in their text; answers have a limit. */
function limited(played: Played, requestId: string): Played {
  if (played.failure) {
    const { errorType, errorMessage, trace } = played.failure;
    const ofEnvironment = /^(Sandbox\.Timedout|Runtime\.(ExitError|OutOfMemory))$/.test(errorType);
    const text = ofEnvironment ? `RequestId: ${requestId} Error: ${errorMessage}` : errorMessage;
    return { failure: { errorType, errorMessage: text, ...(trace ? { trace } : {}) } };
  }
  if (played.payload.length <= payloadLimitBytes) return played;
  const errorMessage = `Response payload size exceeded maximum allowed payload size (${payloadLimitBytes} bytes).`;
  return { failure: { errorType: "Function.ResponseSizeTooLarge", errorMessage } };
}

/** The operation `Invoke`. */
export function invokeHandler(
  parts: InvokerParts,
  invoker: Invoker,
  enqueue: (arn: string, payload: string) => void,
) {
  // biome-ignore lint/suspicious/noExplicitAny: the shape of an input is the SDK schema's.
  return async (input: any) => {
    const { name, qualifier } = parseFunctionName(input.FunctionName, input.Qualifier);
    const record = parts.store.get(name);
    const type = input.InvocationType ?? "RequestResponse";
    const payload = readPayload(input.Payload, type);
    const version = invoker.resolve(record, qualifier);
    if (type === "DryRun") return { StatusCode: 204 };
    if (type === "Event") {
      enqueue(qualifier ? `${record.arn}:${qualifier}` : record.arn, payload);
      return { StatusCode: 202, Payload: Buffer.alloc(0) };
    }
    if (type !== "RequestResponse") throw invalid(`Value '${type}' at 'invocationType' is not known`);
    const startedAtMs = Date.now();
    const invocation = await invoker.run(record, qualifier, payload);
    return answer(invocation, input.LogType === "Tail", Date.now() - startedAtMs, version.memoryMib);
  };
}

function readPayload(bytes: Uint8Array | undefined, type: string): string {
  const limitBytes = type === "Event" ? eventLimitBytes : payloadLimitBytes;
  if (bytes && bytes.length > limitBytes) throw tooLarge(bytes.length, limitBytes);
  const text = bytes && bytes.length > 0 ? Buffer.from(bytes).toString("utf8") : "{}";
  try {
    JSON.parse(text);
    return text;
  } catch (cause) {
    const message = `Could not parse request body into json: ${(cause as Error).message}`;
    throw new AwsError("InvalidRequestContentException", message, { Type: "User" });
  }
}

function answer(invocation: Invocation, withTail: boolean, durationMs: number, memoryMib: number) {
  const { played, version, requestId, log } = invocation;
  return {
    StatusCode: 200,
    ExecutedVersion: version.version,
    ...(played.failure ? { FunctionError: "Unhandled" } : {}),
    ...(withTail ? { LogResult: tailOf(requestId, version.version, log, durationMs, memoryMib) } : {}),
    Payload: Buffer.from(played.failure ? JSON.stringify(played.failure) : played.payload),
  };
}

/** The last 4 KB, in base64. */
function tailOf(
  requestId: string,
  version: string,
  log: string[],
  durationMs: number,
  memoryMib: number,
): string {
  const report = reportOf(requestId, durationMs, memoryMib);
  const text = `START RequestId: ${requestId} Version: ${version}\n${log.join("")}END RequestId: ${requestId}\n${report}\n`;
  return Buffer.from(text).subarray(-4096).toString("base64");
}

/** Lambda developer guide, "Viewing CloudWatch logs for Lambda functions". */
function reportOf(requestId: string, durationMs: number, memoryMib: number): string {
  return `REPORT RequestId: ${requestId}\tDuration: ${durationMs.toFixed(2)} ms\tMemory Size: ${memoryMib} MB`;
}
