// One of the functions behind a trigger has failed for good (Lambda's on-failure destination).
import { deadLetterDeps } from "#functions/deps/events.ts";
import { type FailureRecord, takeDeadLetter } from "./dead-letter-event.ts";

const deps = deadLetterDeps(process.env);

export const handler = (record: FailureRecord): Promise<void> => takeDeadLetter(deps, record);
