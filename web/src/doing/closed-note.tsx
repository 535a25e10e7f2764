// In front of a closed environment: why nothing new is taken, and, for an admin, the field for the word against it.
import type { Signal } from "@preact/signals";
import { type Closed, closedAt } from "#core/freeze/freeze.ts";
import type { EnvironmentView } from "../api.ts";
import { may } from "../me.ts";
import { closedWords } from "../parts/calendar.tsx";
import { serverNow } from "../server-clock.ts";

/** `null` while it is open, and while its calendar is not known: the API decides. */
export function closedNow(place: EnvironmentView | undefined): Closed | null {
  return place ? closedAt(place, serverNow()) : null;
}

type NoteProps = {
  environment: string;
  /** `null` where the API has said it already. */
  closed: Closed | null;
  reason: Signal<string>;
};

export function ClosedNote({ environment, closed, reason }: NoteProps) {
  return (
    <>
      {closed && <p class="alarm">❄ {closedWords(environment, closed)}</p>}
      {may("admin") ? (
        <>
          <label for="override">Let it through all the same, because (others will read it)</label>
          <input
            id="override"
            maxLength={500}
            autocomplete="off"
            value={reason.value}
            onInput={(event) => {
              reason.value = event.currentTarget.value;
            }}
          />
        </>
      ) : (
        <p class="waiting">An admin can let it through, with a reason.</p>
      )}
    </>
  );
}
