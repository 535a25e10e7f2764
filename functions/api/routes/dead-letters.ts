// Events that a trigger's function failed on for good: seen, and played again. They are of any app, so they are not for
// a token that is limited to some.
import * as z from "zod";
import { instant } from "#core/clock.ts";
import { TuttiError } from "#core/errors.ts";
import { reply, route } from "../route.ts";
import { deadLetterView } from "../schemas/dead-letter.ts";
import { pageOf, pageQuery } from "../schemas/page.ts";

export const listDeadLetters = route(
  "GET /v1/dead-letters",
  {
    permission: "read",
    reach: "everything",
    tag: "dead letters",
    summary: "Events that could not be handled, newest first",
    query: pageQuery,
    answers: { 200: pageOf(deadLetterView) },
  },
  async ({ query, deps }) => reply(200, await deps.store.deadLetters.list(query)),
);

export const replayDeadLetter = route(
  "POST /v1/dead-letters/{id}/replay",
  {
    permission: "operate",
    reach: "everything",
    tag: "dead letters",
    summary: "Give the event to its function again; what came of it is in the audit",
    params: z.object({ id: z.string().min(1).max(100) }),
    answers: { 202: deadLetterView },
  },
  async ({ params: { id }, caller, deps }) => {
    const letter = await deps.store.deadLetters.get(id);
    if (!letter) throw new TuttiError("not_found", `There is no dead letter ${id}.`);
    await deps.eventFunctions.send(letter.event, letter.payload);
    const at = instant(deps.clock.now());
    return reply(202, await deps.store.deadLetters.noteReplay(letter, at, caller.name));
  },
);
