// Every minute (EventBridge Scheduler), and whenever an execution of the rollout workflow failed, timed out or was
// aborted (EventBridge): then only deployments are looked after, since no replica broke by that.
import { type SweepReport, sweep } from "#engine/sweep.ts";
import { sweepDeps } from "#functions/deps/events.ts";

type ScheduleOrEvent = { source?: string };

const deps = sweepDeps(process.env);

export const handler = (event: ScheduleOrEvent): Promise<SweepReport> =>
  sweep(deps, { heal: event.source !== "aws.states" });
