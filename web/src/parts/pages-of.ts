// A list that grows by pages: the newest is asked for again when it has changed, older ones once, on demand.
import { useSignal } from "@preact/signals";
import { type Topic, useNews } from "../news.ts";

type Answer<T> = { items: T[]; cursor: string | null };
type Ask<T> = (query: { limit: number; cursor?: string }, signal: AbortSignal) => Promise<Answer<T>>;

const PAGE = 50;

/** `key`: another one begins anew (a filter has changed). */
export function usePages<T extends { id: string }>(key: string, topic: Topic, ask: Ask<T>) {
  const newest = useSignal<T[] | null>(null);
  const older = useSignal<T[]>([]);
  const cursor = useSignal<string | null>(null);
  const shownKey = useSignal(key);
  if (shownKey.value !== key) {
    shownKey.value = key;
    newest.value = null;
    older.value = [];
  }
  useNews(key, [topic], async (signal) => {
    const page = await ask({ limit: PAGE }, signal);
    if (older.value.length === 0) cursor.value = page.cursor;
    else keepWhatSlidOff(newest.value ?? [], page.items);
    newest.value = page.items;
  });
  /** What came since pushes rows off the first page: they go on standing before the older ones. */
  const keepWhatSlidOff = (before: T[], now: T[]) => {
    const still = new Set(now.map((one) => one.id));
    older.value = [...before.filter((one) => !still.has(one.id)), ...older.value];
  };
  const more = async () => {
    if (!cursor.value) return;
    const page = await ask({ limit: PAGE, cursor: cursor.value }, new AbortController().signal);
    older.value = [...older.value, ...page.items];
    cursor.value = page.cursor;
  };
  const items = newest.value && [...newest.value, ...older.value];
  return { items, more: cursor.value ? more : null };
}
