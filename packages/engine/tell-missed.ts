// Tells what was written and perhaps never told, because whoever wrote it died in between. Told twice is better than not at all:
// a notice has the same id each time.
import type { Deployment } from "#core/domain/deployment.ts";
import { type Notice, statusNotice } from "#core/domain/notice.ts";
import type { ControlDeps } from "./deps.ts";

/** `givenMs`: what is younger is somebody's work of this moment. */
export async function tellMissed(deps: ControlDeps, deployment: Deployment, givenMs = 0): Promise<void> {
  const { id, statusSeq = 0 } = deployment;
  if (statusSeq === 0) return;
  const told = await deps.store.notices.toldSeq(id);
  if (told >= statusSeq) return;
  const events = await deps.store.events.list(id, { after: told });
  const notices = events.flatMap((event): Notice[] => {
    const { status } = event;
    const young = deps.clock.now() - Date.parse(event.at) < givenMs;
    return status === undefined || young ? [] : [statusNotice(deployment, { ...event, status })];
  });
  await deps.store.notices.tell(notices);
}
