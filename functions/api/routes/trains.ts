// Trains: asked for, listed, followed, and stopped.
import * as z from "zod";
import { trainView as viewOf } from "#core/train/train-view.ts";
import { abortTrain } from "#engine/train/abort-train.ts";
import { depart } from "#engine/train/depart.ts";
import { awaitRevision, LAST_REVISION, LONGEST_WAIT_SECONDS } from "../long-poll.ts";
import { OF_PLANS, OF_SUBMISSIONS } from "../refusals.ts";
import { reply, route } from "../route.ts";
import { actionBody } from "../schemas/deployment.ts";
import { pageOf, pageQuery, wholeNumber } from "../schemas/page.ts";
import { trainBody, trainParams, trainPlanView, trainStatusText, trainView } from "../schemas/train.ts";
import { checkTrain } from "../trains/check-train.ts";
import { planTrain } from "../trains/plan-train.ts";

export const createTrain = route(
  "POST /v1/trains",
  {
    permission: "deploy",
    reach: "stops",
    tag: "trains",
    summary: "Deploy several releases in order (202), or with dryRun show every plan (200)",
    body: trainBody,
    answers: { 200: trainPlanView, 202: trainView },
    refusals: ["not_found", "not_supported_yet", ...OF_SUBMISSIONS, ...OF_PLANS],
  },
  async ({ body: { name = null, dryRun, stops }, caller, deps }) => {
    const checked = await checkTrain(deps, { stops }, { ...caller, client: "train" });
    if (dryRun) return reply(200, await planTrain(deps, name, checked));
    const asked = checked.map((stop) => stop.map((one) => one.asked));
    const by = { createdBy: caller.name, createdById: caller.id, traceId: caller.traceId };
    return reply(202, viewOf(await depart(deps, { name, stops: asked, ...by })));
  },
);

export const listTrains = route(
  "GET /v1/trains",
  {
    permission: "read",
    reach: "trains",
    tag: "trains",
    summary: "List trains, newest first",
    query: z.strictObject({ ...pageQuery.shape, status: trainStatusText.optional() }),
    answers: { 200: pageOf(trainView) },
  },
  async ({ query: { limit, cursor, status }, sees, deps }) => {
    const page = await deps.store.trains.list(
      { limit, cursor },
      (one) => (status === undefined || one.status === status) && sees(viewOf(one)),
    );
    return reply(200, { ...page, items: page.items.map(viewOf) });
  },
);

export const getTrain = route(
  "GET /v1/trains/{id}",
  {
    permission: "read",
    reach: "train",
    tag: "trains",
    summary: "One train; with waitSeconds, as soon as its revision is above afterRevision",
    params: trainParams,
    query: z.strictObject({
      waitSeconds: wholeNumber(0, LONGEST_WAIT_SECONDS).optional(),
      afterRevision: wholeNumber(0, LAST_REVISION).optional(),
    }),
    answers: { 200: trainView },
  },
  async ({
    params: { id },
    query: { waitSeconds = 0, afterRevision = 0 },
    pause,
    deps: { store, clock },
  }) => {
    const train = await awaitRevision(
      { read: () => store.trains.need(id), clock, pause },
      afterRevision,
      waitSeconds,
    );
    return reply(200, viewOf(train));
  },
);

export const abortTrainRoute = route(
  "POST /v1/trains/{id}/abort",
  {
    permission: "operate",
    reach: "train",
    tag: "trains",
    summary: "Stop what is under way and bring back what is done; 409 once it goes back or has ended",
    params: trainParams,
    body: actionBody,
    answers: { 200: trainView },
    refusals: ["action_not_allowed"],
  },
  async ({ params: { id }, body, caller, deps }) =>
    reply(200, viewOf(await abortTrain(deps, id, { actor: caller.name, reason: body?.reason }))),
);
