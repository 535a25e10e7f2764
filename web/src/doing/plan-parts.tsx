// What the dry run of a deployment and that of a train say alike: how much of it there is, what it takes, what to know first.
import { duration } from "../time.ts";

export function Count({ of, word }: { of: number; word: string }) {
  return (
    <span>
      <strong>{of}</strong> {of === 1 ? word : `${word}s`}
    </span>
  );
}

type Estimates = { estimatedSeconds: number; estimatedDollars: number };

export function Estimate({ estimatedSeconds, estimatedDollars }: Estimates) {
  return (
    <>
      <span>
        about <strong>{duration(estimatedSeconds * 1000)}</strong>
      </span>
      <span>
        <strong>${estimatedDollars.toFixed(4)}</strong>
      </span>
    </>
  );
}

export function Notes({ notes }: { notes: string[] }) {
  return (
    <>
      {notes.map((note) => (
        <p key={note} class="note-box">
          {note}
        </p>
      ))}
    </>
  );
}
