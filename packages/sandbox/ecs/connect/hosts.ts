// Whom a proxy connects to next: in turn, past those that it has found failing. Figures: developer guide, "Service Connect
// concepts", outlier detection: five failed connections within 30 s, then left alone for 30 s, longer each time, at most 300 s.
export type Host = { id: string; address: string; port: number };

const FAILURES = 5;
const WINDOW_MILLISECONDS = 30_000;
const LONGEST_MILLISECONDS = 300_000;

type Standing = { failedAtMs: number[]; ejections: number; outUntilMs: number };

export type Hosts = {
  /** `null` where there is none. `not`: the one that the attempt before went to, taken again only where it is alone. */
  next(not?: string): Host | null;
  failed(id: string): void;
};

export function createHosts(list: () => Host[], now: () => number): Hosts {
  const records = new Map<string, Standing>();
  let turn = 0;
  return {
    next(not) {
      const all = list();
      for (const id of records.keys()) if (!all.some((one) => one.id === id)) records.delete(id);
      const well = all.filter(({ id }) => (records.get(id)?.outUntilMs ?? 0) <= now());
      // Where all of them fail, a failing one is better than none.
      const candidates = well.length > 0 ? well : all;
      const others = candidates.filter(({ id }) => id !== not);
      const from = others.length > 0 ? others : candidates;
      return from.length === 0 ? null : from[turn++ % from.length]!;
    },
    failed(id) {
      const record = records.get(id) ?? { failedAtMs: [], ejections: 0, outUntilMs: 0 };
      record.failedAtMs = [...record.failedAtMs.filter((at) => at > now() - WINDOW_MILLISECONDS), now()];
      if (record.failedAtMs.length >= FAILURES) {
        record.ejections += 1;
        record.outUntilMs = now() + Math.min(WINDOW_MILLISECONDS * record.ejections, LONGEST_MILLISECONDS);
        record.failedAtMs = [];
      }
      records.set(id, record);
    },
  };
}
