// A schedule of a manifest has come round (EventBridge Scheduler).
import { scheduleDeps } from "#functions/deps/events.ts";
import { takeSchedule } from "./schedule-event.ts";

const deps = scheduleDeps(process.env);

export const handler = (event: unknown): Promise<void> => takeSchedule(deps, event);
