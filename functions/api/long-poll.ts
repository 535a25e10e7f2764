// Waits for a deployment to change, by looking a few times a second: often at first, when most is going on.
import type { Deployment } from "#core/domain/deployment.ts";
import type { ApiDeps } from "./deps.ts";
import type { Pause } from "./waiting.ts";

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 300;

/** As it is when its revision is above `afterRevision`, or when the time is up. Throws `not_found`, and what the pause throws. */
export async function awaitRevision(
  { store, clock, pause }: Pick<ApiDeps, "store" | "clock"> & { pause: Pause },
  id: string,
  afterRevision: number,
  waitSeconds: number,
): Promise<Deployment> {
  const until = clock.now() + waitSeconds * 1000;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 1.15)) {
    const deployment = await store.deployments.need(id);
    const left = until - clock.now();
    if (deployment.revision > afterRevision || left <= 0) return deployment;
    await pause(Math.min(pauseMs, left));
  }
}
