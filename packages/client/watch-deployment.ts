// Follows a deployment by long polls: every change once, with the events that came since, up to and with its end.
import type { Caller, CallOptions } from "./client.ts";
import type { DeploymentView, EventView } from "./views.ts";

export type Watched = { deployment: DeploymentView; events: EventView[] };

export type WatchOptions = { signal?: AbortSignal; waitSeconds?: number };

export const ENDS = new Set(["succeeded", "rolled_back", "failed", "cancelled"]);
const EVENT_PAGE = 200;
/** With growing pauses some 20 seconds: an API that is started again in the middle is waited for. */
export const ATTEMPTS_UNDER_WAY = 8;

export async function* watchDeployment(
  call: Caller,
  id: string,
  { signal, waitSeconds = 20 }: WatchOptions = {},
): AsyncGenerator<Watched, void, void> {
  let revision: number | undefined;
  let seq = 0;
  while (!signal?.aborted) {
    const query = revision === undefined ? {} : { waitSeconds, afterRevision: revision };
    const more = revision === undefined ? { signal } : { signal, attempts: ATTEMPTS_UNDER_WAY };
    const deployment = await call("GET /v1/deployments/{id}", { params: { id }, query }, more);
    const events = await eventsAfter(call, id, seq, more);
    seq = events.at(-1)?.seq ?? seq;
    if (deployment.revision !== revision || events.length > 0) yield { deployment, events };
    revision = deployment.revision;
    if (ENDS.has(deployment.status)) return;
  }
}

async function eventsAfter(call: Caller, id: string, after: number, more: CallOptions): Promise<EventView[]> {
  const events: EventView[] = [];
  for (;;) {
    const query = { after: events.at(-1)?.seq ?? after, limit: EVENT_PAGE };
    const page = await call("GET /v1/deployments/{id}/events", { params: { id }, query }, more);
    events.push(...page.items);
    if (page.items.length < EVENT_PAGE) return events;
  }
}
