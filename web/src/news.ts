// Keeps lists fresh without asking for them again and again: the page waits for a change of what it shows, and looks at it
// then. Changes that come close together are one look, and since word of one may be lost, it looks once a minute anyway.
import { useRef } from "preact/hooks";
import { api } from "./api.ts";
import { useLive } from "./connection.ts";

export type Topic = "deployments" | "targets" | "trains" | "healing" | "notifications" | "audit";

const LONGEST_WAIT_SECONDS = 20;
const GATHERING_MILLISECONDS = 250;

/** `is over`: nothing will follow, so nothing is waited for any more. */
type Look = (signal: AbortSignal) => Promise<"is over" | undefined>;

/** Another `key` begins anew. `seconds`: after so long it looks again without a change. */
export function useNews(key: string, topics: Topic[], look: Look, seconds = 60): void {
  const seen = useRef({ key: "", mark: "", at: 0 });
  useLive(key, async (signal) => {
    const { mark: before, at } = seen.current.key === key ? seen.current : { mark: "", at: 0 };
    const waitSeconds = Math.min(seconds, LONGEST_WAIT_SECONDS);
    const waiting = before === "" ? {} : { after: before, waitSeconds };
    const { mark } = await api().changes({ of: topics.join(), ...waiting }, { signal });
    const isDue = performance.now() - at > (seconds - 1) * 1000;
    if (mark === before && !isDue) return 0;
    const course = await look(signal);
    // Not before it was looked at: what failed is looked at again.
    seen.current = { key, mark, at: performance.now() };
    return course === "is over" ? null : GATHERING_MILLISECONDS;
  });
}
