// Asynchronous calls (`InvocationType: Event`): accepted onto disk first, then played, twice more where they fail.
// A call that the last process had accepted is played by the next one.
import { randomUUID } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AwsError, type Platform } from "../platform.ts";
import { failureRecord, MOST_RETRIES } from "./event-invoke.ts";
import type { Invoker } from "./invoke.ts";
import { parseFunctionName } from "./names.ts";
import type { FunctionStore } from "./store.ts";

type Accepted = { arn: string; payload: string };
type Outcome = "done" | "throttled" | "gone" | { failure: unknown };

// Attempts after 1 and 2 minutes: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
const retryDelaysMs = [60_000, 120_000];
const throttleDelayMs = 1_000;

export function createEventQueue(
  platform: Platform,
  directory: string,
  store: FunctionStore,
  invoker: Invoker,
) {
  const folder = join(directory, "events");
  mkdirSync(folder, { recursive: true });
  let stopped = false;

  async function play(id: string, call: Accepted): Promise<void> {
    for (let attempt = 0; !stopped; ) {
      const outcome = await tryOnce(call);
      if (stopped) return;
      if (outcome === "gone" || outcome === "done") break;
      const delayMs = outcome === "throttled" ? throttleDelayMs : delayAfter(call, attempt++);
      if (delayMs === undefined) {
        platform.log(`lambda: gave up an asynchronous call of ${call.arn} after ${attempt} attempts`);
        await tellFailure(id, call, attempt, outcome);
        break;
      }
      await new Promise((resolve) => setTimeout(resolve, delayMs / platform.timeScale).unref());
    }
    if (!stopped) rmSync(join(folder, id), { force: true });
  }

  function delayAfter(call: Accepted, attempt: number): number | undefined {
    const { maxRetries } = recordOf(call)?.eventInvoke ?? { maxRetries: MOST_RETRIES };
    return attempt < maxRetries ? retryDelaysMs[attempt] : undefined;
  }

  function recordOf(call: Accepted) {
    return store.find(parseFunctionName(call.arn).name);
  }

  /** As the function's own role, whose permission it takes. */
  async function tellFailure(id: string, call: Accepted, attempts: number, outcome: Outcome): Promise<void> {
    const record = recordOf(call);
    if (!record?.eventInvoke?.onFailureArn) return;
    const failure = typeof outcome === "object" ? outcome.failure : null;
    const told = failureRecord(platform.now(), record, { id, payload: call.payload, attempts, failure });
    const FunctionName = record.eventInvoke.onFailureArn;
    const input = { FunctionName, InvocationType: "Event", Payload: Buffer.from(JSON.stringify(told)) };
    await platform.call("lambda", "Invoke", input, record.latest.role).catch((error: Error) => {
      platform.log(`lambda: the failure of ${call.arn} could not be told: ${error.message}`);
    });
  }

  async function tryOnce(call: Accepted): Promise<Outcome> {
    const { name, qualifier } = parseFunctionName(call.arn);
    const record = store.find(name);
    if (!record) return "gone";
    try {
      const { played } = await invoker.run(record, qualifier, call.payload);
      return played.failure ? { failure: played.failure } : "done";
    } catch (error) {
      const code = error instanceof AwsError ? error.code : "";
      if (code === "ResourceNotFoundException") return "gone";
      return code === "TooManyRequestsException" || code === "ResourceConflictException"
        ? "throttled"
        : { failure: { errorType: code || "Error", errorMessage: (error as Error).message } };
    }
  }

  return {
    enqueue(arn: string, payload: string): void {
      const id = `${Date.now()}-${randomUUID()}.json`;
      const call = { arn, payload };
      writeFileSync(join(folder, id), JSON.stringify(call));
      void play(id, call);
    },
    carryOn(): void {
      for (const id of readdirSync(folder)) void playAgain(id);
    },
    stop(): void {
      stopped = true;
    },
  };

  async function playAgain(id: string): Promise<void> {
    try {
      await play(id, JSON.parse(readFileSync(join(folder, id), "utf8")));
    } catch (error) {
      platform.log(`lambda: dropped an unreadable asynchronous call ${id}: ${(error as Error).message}`);
      rmSync(join(folder, id), { force: true });
    }
  }
}
