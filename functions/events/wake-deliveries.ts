// Deliveries whose next attempt is due are handed to the function that calls receivers: the sweep itself reaches out to nobody.
import { instant } from "#core/clock.ts";
import type { ControlDeps } from "#engine/deps.ts";
import type { EventFunctions } from "#functions/deps/event-functions.ts";

/** With eight at once and ten seconds each it is done within the function's time. */
const MOST_DUE = 50;

type Deps = Pick<ControlDeps, "store" | "clock"> & { eventFunctions: EventFunctions };

/** How many they were. */
export async function wakeDeliveries({ store, clock, eventFunctions }: Deps): Promise<number> {
  const due = await store.deliveries.listDue(instant(clock.now()), MOST_DUE);
  if (due.length > 0) await eventFunctions.send("notify", { due });
  return due.length;
}
