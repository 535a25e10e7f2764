// Runs the passes over all services: at once when something happens, and on a short tick while something is under way.
// One pass per service at a time, so that each decides on what the one before has done.
import type { EcsService } from "../model.ts";
import type { State } from "../state.ts";
import { passOver } from "./pass.ts";

const AFTER_ERROR_MILLISECONDS = 300;

export type Scheduler = { start(): void; stop(): Promise<void> };

type Watched = { running: Promise<void> | undefined; again: boolean; timer: NodeJS.Timeout | undefined };

export function createScheduler(state: State): Scheduler {
  const watched = new Map<string, Watched>();

  function wake(arn: string | undefined): void {
    if (state.stopped || !arn) return;
    const service = state.services.get(arn);
    if (!service || service.status === "INACTIVE") return;
    const one = watched.get(arn) ?? { running: undefined, again: false, timer: undefined };
    watched.set(arn, one);
    clearTimeout(one.timer);
    if (one.running) one.again = true;
    else one.running = turn(service, one);
  }

  async function turn(service: EcsService, one: Watched): Promise<void> {
    let next = 0;
    // What happens together is looked at together.
    await Promise.resolve();
    do {
      one.again = false;
      next = await passOver(state, service).catch((error: Error) => {
        state.platform.log(`ecs: service ${service.name}: ${error.stack ?? error}`);
        return AFTER_ERROR_MILLISECONDS;
      });
    } while (one.again && !state.stopped);
    one.running = undefined;
    if (state.stopped || service.status === "INACTIVE") return void watched.delete(service.arn);
    one.timer = setTimeout(() => wake(service.arn), next);
    one.timer.unref();
  }

  state.wake = wake;
  return {
    start: () => {
      for (const arn of state.services.keys()) wake(arn);
    },
    stop: async () => {
      for (const { timer } of watched.values()) clearTimeout(timer);
      await Promise.all([...watched.values()].map(({ running }) => running));
    },
  };
}
