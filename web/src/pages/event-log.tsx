// What happened, newest first; pointing at a line shows its instant in the score, and the other way round.
import { computed, type Signal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { EventView } from "../api.ts";
import { useGrowing } from "../parts/growing.tsx";
import { When } from "../parts/when.tsx";
import type { Pointed } from "../score/score.tsx";

type EventLogProps = { events: EventView[]; pointed: Signal<Pointed>; cursor: Signal<number | null> };

export function EventLog({ events, pointed, cursor }: EventLogProps) {
  const list = useRef<HTMLOListElement>(null);
  const { event: pointedAt, replica, step } = pointed.value;
  const newestFirst = useMemo(() => events.toReversed(), [events]);
  // While it plays again, most frames come between two events: those draw nothing here.
  const later = useMemo(() => computed(() => laterThan(newestFirst, cursor.value)), [newestFirst]).value;
  const pointedPlace = newestFirst.findIndex((one) => one.seq === pointedAt);
  const { shown, rest } = useGrowing(events.length, pointedPlace + 1);
  useEffect(() => {
    if (pointedAt !== null) list.current?.querySelector(".chosen")?.scrollIntoView({ block: "nearest" });
  }, [pointedAt]);
  const point = (event: number | null) => {
    pointed.value = { ...pointed.value, event };
  };
  return (
    <section aria-label="Events">
      <h2>Events</h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
      <ol class="events" ref={list} tabIndex={0}>
        {newestFirst.slice(0, shown).map((event, place) => {
          const isChosen =
            event.seq === pointedAt ||
            (replica !== null && event.replica === replica) ||
            (step !== null && event.step === step);
          return (
            <li
              key={event.seq}
              class={`${event.type} ${isChosen ? "chosen" : ""} ${place < later ? "later" : ""}`}
              onPointerEnter={() => point(event.seq)}
              onPointerLeave={() => point(null)}
            >
              <When at={event.at} as="clock" /> {event.message}
              {event.actor && <small> ({event.actor})</small>}
            </li>
          );
        })}
        {rest && <li>{rest}</li>}
      </ol>
    </section>
  );
}

/** How many of the newest are behind the instant that is shown. */
function laterThan(newestFirst: EventView[], instant: number | null): number {
  if (instant === null) return 0;
  const first = newestFirst.findIndex((one) => Date.parse(one.at) <= instant);
  return first === -1 ? newestFirst.length : first;
}
