// Pages of a list that is bounded and small, and so is read whole with one query: newest first, with the same opaque cursor as the
// others. Sorting it costs nothing, where an index by time would cost a write and, keys only, a second read.
import { decodeCursor, encodeCursor, type Page, type PageRequest, pageLimit } from "./page.ts";

/** `at` is the time it is sorted by, `name` tells apart what came at once. */
export type Sorted<T> = { list: string; all: T[]; at: (one: T) => string; name: (one: T) => string };

/** Newest first. What comes while somebody pages stands before where the cursor points to, so nothing is seen twice or left out. */
export function sortedPage<T>(
  { list, all, at, name }: Sorted<T>,
  request: PageRequest,
  keep: (one: T) => boolean = () => true,
): Page<T> {
  const limit = pageLimit(request);
  const below = request.cursor ? (decodeCursor(request.cursor, { pk: list }).sk as string) : null;
  const left = all
    .filter(keep)
    .map((one) => ({ one, place: `${at(one)}#${name(one)}` }))
    .filter(({ place }) => below === null || place < below)
    .sort((a, b) => (a.place < b.place ? 1 : -1));
  const shown = left.slice(0, limit);
  const cursor = left.length > limit ? encodeCursor({ pk: list, sk: shown.at(-1)!.place }) : null;
  return { items: shown.map(({ one }) => one), cursor };
}
