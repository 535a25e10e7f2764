// A condition that did not hold, with what was there instead. `current` stays inside: it is never part of an answer.
import { type ErrorCode, TuttiError } from "#core/errors.ts";

export class Conflict<T = unknown> extends TuttiError {
  /** What stands in the table now; `null` where nothing does. */
  readonly current: T | null;

  constructor(detail: string, current: T | null, code: ErrorCode = "conflict") {
    super(code, detail);
    this.current = current;
  }
}
