// An instant: how long ago, or the time of day; the exact instant when it is pointed at.
import { serverNow } from "../server-clock.ts";
import { ago, clockTime, dateTime } from "../time.ts";

export function When({ at, as = "ago" }: { at: string; as?: "ago" | "clock" | "date" }) {
  const words = as === "ago" ? ago(at, serverNow()) : as === "clock" ? clockTime(at) : dateTime(at);
  return (
    <time dateTime={at} title={`${dateTime(at)} (${at})`}>
      {words}
    </time>
  );
}
