// Targets: the list as last seen, one of them read live through its driver, and how many replicas it should have.
import * as z from "zod";
import { targetView as viewOf } from "#core/views.ts";
import { LONGEST_WAIT_SECONDS } from "../long-poll.ts";
import { awaitTarget } from "../look-at-target.ts";
import { pageOfTargets, targetsQuery } from "../page-of-targets.ts";
import { reply, route } from "../route.ts";
import { targetParams } from "../schemas/names.ts";
import { pageOf, wholeNumber } from "../schemas/page.ts";
import { historyView, targetView } from "../schemas/target.ts";

export const listTargets = route(
  "GET /v1/targets",
  {
    permission: "read",
    reach: { app: "query", environment: "query", lists: { app: "app", environment: "environment" } },
    tag: "targets",
    summary: "Every target as last seen, newest first by when each was first asked for",
    query: targetsQuery,
    answers: { 200: pageOf(targetView) },
  },
  async ({ query, sees, deps }) => reply(200, await pageOfTargets(deps, query, sees, (one) => viewOf(one))),
);

export const getTarget = route(
  "GET /v1/targets/{app}/{env}",
  {
    permission: "read",
    reach: { app: "path", environment: "path" },
    tag: "targets",
    summary:
      "One target, read live through its driver; with waitSeconds, as soon as its mark is another than `after`",
    params: targetParams,
    query: z.strictObject({
      after: z.string().max(100).optional().meta({ description: "The mark of the answer before" }),
      waitSeconds: wholeNumber(0, LONGEST_WAIT_SECONDS).optional(),
    }),
    answers: { 200: targetView },
  },
  async ({ params, query, pause, deps }) => {
    const name = { app: params.app, environment: params.env };
    return reply(200, await awaitTarget(deps, pause, name, query));
  },
);

export const getHistory = route(
  "GET /v1/targets/{app}/{env}/history",
  {
    permission: "read",
    reach: { app: "path", environment: "path" },
    tag: "targets",
    summary: "How many replicas were wanted, there and healthy, from when on",
    params: targetParams,
    answers: { 200: historyView },
  },
  async ({ params: { app, env }, deps }) => {
    const { standings = [] } = await deps.store.targets.need({ app, environment: env });
    return reply(200, { app, environment: env, standings });
  },
);
