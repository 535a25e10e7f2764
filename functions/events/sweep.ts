// Every minute (EventBridge Scheduler), and whenever an execution of the rollout workflow failed, timed out or was
// aborted (EventBridge): then only deployments are looked after, since no replica broke by that.
import { type SweepReport, sweep } from "#engine/sweep.ts";
import { sweepDeps } from "#functions/deps/events.ts";
import { keepAllSchedules } from "#functions/schedules/keep-schedules.ts";
import { wakeDeliveries } from "./wake-deliveries.ts";

type ScheduleOrEvent = { source?: string };

const deps = sweepDeps(process.env);

export const handler = async (event: ScheduleOrEvent): Promise<SweepReport> => {
  const whole = event.source !== "aws.states";
  const [report] = await Promise.all([sweep(deps, { heal: whole }), whole ? everyMinute() : null]);
  return report;
};

async function everyMinute(): Promise<void> {
  await Promise.all([
    trying("the manifests' schedules could not be kept", () => keepAllSchedules(deps)),
    trying("deliveries that are due could not be handed on", () => wakeDeliveries(deps)),
  ]);
}

/** What does not work now is tried again in a minute. */
async function trying(otherwise: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    deps.log.error(otherwise, { error: String(error) });
  }
}
