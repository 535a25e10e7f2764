// Whether anything has changed: what a page of lists waits for, so that it asks for the lists only then.
import * as z from "zod";
import { TOPICS, type Topic } from "#store/changes.ts";
import { CHANGES } from "../examples/places.ts";
import { awaitNew, LONGEST_WAIT_SECONDS } from "../long-poll.ts";
import { reply, route } from "../route.ts";
import { wholeNumber } from "../schemas/page.ts";

const topicsText = z
  .string()
  .max(200)
  .transform((text) => text.split(","))
  .pipe(z.array(z.enum(TOPICS)))
  .meta({
    type: "string",
    description: `Of which, with commas between: ${TOPICS.join(", ")}. All where left out`,
    example: "targets,deployments",
  });

const changesView = z
  .object({
    mark: z.string().meta({ description: "Another one than before where something has changed" }),
    changed: z.boolean().meta({ description: "Whether it is another one than `after`" }),
  })
  .meta({ id: "Changes", example: CHANGES });

export const getChanges = route(
  "GET /v1/changes",
  {
    permission: "read",
    // It says that something has changed, and of nothing what.
    reach: "nothing",
    tag: "service",
    summary: "Whether lists have changed; with waitSeconds, as soon as the mark is another than `after`",
    query: z.strictObject({
      of: topicsText.optional(),
      after: z.string().max(400).optional().meta({ description: "The mark of the answer before" }),
      waitSeconds: wholeNumber(0, LONGEST_WAIT_SECONDS).optional(),
    }),
    answers: { 200: changesView },
  },
  async ({ query: { of = TOPICS as readonly Topic[], after, waitSeconds = 0 }, pause, deps }) => {
    const read = () => deps.store.changes.markOf(of);
    const isNew = (mark: string) => mark !== after;
    const mark = await awaitNew({ read, clock: deps.clock, pause }, isNew, waitSeconds);
    return reply(200, { mark, changed: isNew(mark) });
  },
);
