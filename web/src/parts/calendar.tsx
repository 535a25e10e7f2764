// What the calendars of environments say: which take no releases now, until when and why, and which close soon.
import { type Closed, type Closing, closedAt, nextClosing } from "#core/freeze/freeze.ts";
import type { EnvironmentView } from "../api.ts";
import { serverNow } from "../server-clock.ts";
import { dateTime } from "../time.ts";
import { When } from "./when.tsx";
import "./calendar.css";

export function Calendar({ environments }: { environments: EnvironmentView[] }) {
  const now = serverNow();
  const told = environments.flatMap((place) => {
    const closed = closedAt(place, now);
    if (closed) return [<ClosedLine key={place.name} name={place.name} closed={closed} />];
    const closing = nextClosing(place, now);
    return closing ? [<ClosingLine key={place.name} name={place.name} closing={closing} />] : [];
  });
  return told.length === 0 ? null : <ul class="calendar">{told}</ul>;
}

function ClosedLine({ name, closed }: { name: string; closed: Closed }) {
  return (
    <li class="closed">
      <span aria-hidden="true">❄</span> <strong>{name}</strong> takes no new releases
      {closed.opensAt && (
        <>
          {" until "}
          <When at={closed.opensAt} as="date" />
        </>
      )}
      : {closed.reason}
    </li>
  );
}

function ClosingLine({ name, closing }: { name: string; closing: Closing }) {
  return (
    <li>
      <span aria-hidden="true">◷</span> <strong>{name}</strong> closes for new releases{" "}
      <When at={closing.closesAt} as="ahead" />: {closing.reason}
    </li>
  );
}

/** For where there is room for a sentence only. */
export function closedWords(name: string, { opensAt, reason }: Closed): string {
  return `${name} takes no new releases${opensAt ? ` until ${dateTime(opensAt)}` : ""}: ${reason}.`;
}
