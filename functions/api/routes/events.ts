// What happened to a deployment, oldest first.
import * as z from "zod";
import { reply, route } from "../route.ts";
import { eventView } from "../schemas/deployment.ts";
import { deploymentParams } from "../schemas/names.ts";
import { pageOf, pageQuery, wholeNumber } from "../schemas/page.ts";

const LAST = 999_999_999;

const eventQuery = z.strictObject({
  limit: pageQuery.shape.limit,
  after: wholeNumber(0, LAST).optional().meta({ description: "Only events with a greater seq" }),
  cursor: wholeNumber(0, LAST)
    .optional()
    .meta({ description: "The same as after: `cursor` of the page before" }),
});

export const listEvents = route(
  "GET /v1/deployments/{id}/events",
  {
    permission: "read",
    reach: "deployment",
    tag: "deployments",
    summary: "Events of a deployment, oldest first",
    params: deploymentParams,
    query: eventQuery,
    answers: { 200: pageOf(eventView) },
  },
  async ({ params, query: { limit, after, cursor }, deps }) => {
    const items = await deps.store.events.list(params.id, { after: cursor ?? after ?? 0, limit });
    const more = items.length === limit;
    return reply(200, { items, cursor: more ? String(items.at(-1)!.seq) : null });
  },
);
