// One thing that is being done: whether it is under way, and what the API refused. A second press while the first is
// under way does nothing.
import { useSignal } from "@preact/signals";
import { ClientError } from "#client/client-error.ts";
import { turnAway } from "../session.ts";

export function useDoing() {
  const busy = useSignal(false);
  const error = useSignal<Error | null>(null);
  const run = async <T>(act: () => Promise<T>, then: (answer: T) => void): Promise<void> => {
    if (busy.value) return;
    busy.value = true;
    error.value = null;
    try {
      then(await act());
    } catch (thrown) {
      if (thrown instanceof ClientError && thrown.status === 401) turnAway();
      error.value = thrown as Error;
    } finally {
      busy.value = false;
    }
  };
  return { busy, error, run };
}
