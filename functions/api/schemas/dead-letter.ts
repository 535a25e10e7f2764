// An event that a trigger could not handle.
import * as z from "zod";
import { TRIGGER_EVENTS } from "#core/domain/dead-letter.ts";
import { DEAD_LETTER } from "../examples/access.ts";
import { instantText } from "./names.ts";

export const deadLetterView = z
  .object({
    id: z.string(),
    at: instantText,
    event: z.enum(TRIGGER_EVENTS).meta({
      description: "The trigger whose function failed on it; notify: a notice that a receiver did not take",
    }),
    payload: z.unknown().meta({ description: "The event as it came" }),
    attempts: z.int(),
    error: z.string().meta({ description: "What the last attempt ended with" }),
    replayedAt: instantText.nullable(),
    replayedBy: z.string().nullable(),
  })
  .meta({ id: "DeadLetter", example: DEAD_LETTER });
