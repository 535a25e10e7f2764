// An instant: how long ago, how long until then, or the time of day; the exact instant when it is pointed at.
import { serverNow } from "../server-clock.ts";
import { ago, ahead, clockTime, dateTime } from "../time.ts";

const WORDS = {
  ago: (at: string) => ago(at, serverNow()),
  ahead: (at: string) => ahead(at, serverNow()),
  clock: clockTime,
  date: dateTime,
};

export function When({ at, as = "ago" }: { at: string; as?: keyof typeof WORDS }) {
  return (
    <time dateTime={at} title={`${dateTime(at)} (${at})`}>
      {WORDS[as](at)}
    </time>
  );
}
