// Asynchronous calls (`InvocationType: Event`): accepted onto disk first, then played, twice more where they fail.
// A call that the last process had accepted is played by the next one.
import { randomUUID } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AwsError, type Platform } from "../platform.ts";
import type { Invoker } from "./invoke.ts";
import { parseFunctionName } from "./names.ts";
import type { FunctionStore } from "./store.ts";

type Accepted = { arn: string; payload: string };

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
      const delayMs = outcome === "throttled" ? throttleDelayMs : retryDelaysMs[attempt++];
      if (delayMs === undefined) {
        platform.log(`lambda: gave up an asynchronous call of ${call.arn} after 3 attempts`);
        break;
      }
      await new Promise((resolve) => setTimeout(resolve, delayMs / platform.timeScale).unref());
    }
    if (!stopped) rmSync(join(folder, id), { force: true });
  }

  async function tryOnce(call: Accepted): Promise<"done" | "failed" | "throttled" | "gone"> {
    const { name, qualifier } = parseFunctionName(call.arn);
    const record = store.find(name);
    if (!record) return "gone";
    try {
      const { played } = await invoker.run(record, qualifier, call.payload);
      return played.failure ? "failed" : "done";
    } catch (error) {
      const code = error instanceof AwsError ? error.code : "";
      if (code === "ResourceNotFoundException") return "gone";
      return code === "TooManyRequestsException" || code === "ResourceConflictException"
        ? "throttled"
        : "failed";
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
