// What making an image took, for the receipt of the deployment that waited for it: read off the execution's history, where each
// task that was sent is an invocation of the image function. Its instances and snapshots are not Tutti's, and not in it.
import { GetExecutionHistoryCommand, type HistoryEvent } from "@aws-sdk/client-sfn";
import { type Elsewhere, NO_USAGE } from "#core/domain/cost.ts";
import { IMAGE_FUNCTION_MIB } from "#core/rollout/limits.ts";
import { callAws } from "#targets/host/call-aws.ts";
import type { Vm } from "../client.ts";
import { executionArnOf } from "./executions.ts";

/** A page, and more than an execution whose every task comes back as often as it may: 14 tasks, 90 times at most, three events each. */
const PAGE = 1000;
const MOST_PAGES = 5;

export async function usedBy(vm: Pick<Vm, "sfn" | "imageMachineArn">, execution: string): Promise<Elsewhere> {
  const executionArn = executionArnOf(vm, execution);
  const events: HistoryEvent[] = [];
  let nextToken: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const answer = await callAws("states:GetExecutionHistory", (abortSignal) =>
      vm.sfn.send(new GetExecutionHistoryCommand({ executionArn, maxResults: PAGE, nextToken }), {
        abortSignal,
      }),
    );
    events.push(...(answer.events ?? []));
    nextToken = answer.nextToken;
    if (!nextToken) break;
  }
  return usageOf(events);
}

const BEGINS = "TaskStarted";
const ENDS = ["TaskSucceeded", "TaskFailed", "TaskTimedOut"];

/** A transition for each state that was entered, and for each time that a task was sent again (Step Functions pricing, "State transitions"). Pure. */
export function usageOf(events: Pick<HistoryEvent, "type" | "timestamp">[]): Elsewhere {
  const entered = events.filter(({ type }) => type?.endsWith("StateEntered"));
  const tasks = entered.filter(({ type }) => type === "TaskStateEntered").length;
  const lambdaCalls = events.filter(({ type }) => type === "TaskScheduled").length;
  let [lambdaMilliseconds, sinceMs] = [0, null as number | null];
  for (const { type = "", timestamp } of events) {
    if (type === BEGINS) sinceMs = timestamp!.getTime();
    if (!ENDS.includes(type) || sinceMs === null) continue;
    lambdaMilliseconds += timestamp!.getTime() - sinceMs;
    sinceMs = null;
  }
  return {
    ...NO_USAGE,
    stateTransitions: entered.length + Math.max(0, lambdaCalls - tasks),
    lambdaCalls,
    lambdaMilliseconds,
    lambdaGibSeconds: (lambdaMilliseconds / 1000) * (IMAGE_FUNCTION_MIB / 1024),
  };
}
