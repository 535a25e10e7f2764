// Keeps lists fresh without asking for them again and again: the page waits for a change of what it shows, and looks at it
// then. Changes that come close together are one look, and since word of one may be lost, it looks once a minute anyway.
import { useRef } from "preact/hooks";
import { api } from "./api.ts";
import { useLive } from "./connection.ts";

export type Topic = "deployments" | "targets" | "trains" | "healing" | "notifications" | "audit";

const LONGEST_WAIT_SECONDS = 20;
const LOOK_AT_LEAST_EVERY_MILLISECONDS = 59_000;
const GATHERING_MILLISECONDS = 250;

/** `is over`: nothing will follow, so nothing is waited for any more. */
type Look = (signal: AbortSignal) => Promise<"is over" | undefined>;

/** Another `key` begins anew. */
export function useNews(key: string, topics: Topic[], look: Look): void {
  const seen = useRef({ key: "", mark: "", at: 0 });
  useLive(key, async (signal) => {
    const { mark: before, at } = seen.current.key === key ? seen.current : { mark: "", at: 0 };
    const waiting = before === "" ? {} : { after: before, waitSeconds: LONGEST_WAIT_SECONDS };
    const { mark } = await api().changes({ of: topics.join(), ...waiting }, { signal });
    const isDue = performance.now() - at > LOOK_AT_LEAST_EVERY_MILLISECONDS;
    if (mark === before && !isDue) return 0;
    const course = await look(signal);
    // Not before it was looked at: what failed is looked at again.
    seen.current = { key, mark, at: performance.now() };
    return course === "is over" ? null : GATHERING_MILLISECONDS;
  });
}
