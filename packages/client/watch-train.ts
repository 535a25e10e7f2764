// Follows a train by long polls: every change once, up to and with its end.
import type { Caller } from "./client.ts";
import type { TrainView } from "./views.ts";
import { ATTEMPTS_UNDER_WAY, ENDS, type WatchOptions } from "./watch-deployment.ts";

export async function* watchTrain(
  call: Caller,
  id: string,
  { signal, waitSeconds = 20 }: WatchOptions = {},
): AsyncGenerator<TrainView, void, void> {
  let revision: number | undefined;
  while (!signal?.aborted) {
    const query = revision === undefined ? {} : { waitSeconds, afterRevision: revision };
    const more = revision === undefined ? { signal } : { signal, attempts: ATTEMPTS_UNDER_WAY };
    const train = await call("GET /v1/trains/{id}", { params: { id }, query }, more);
    if (train.revision !== revision) yield train;
    revision = train.revision;
    if (ENDS.has(train.status)) return;
  }
}
