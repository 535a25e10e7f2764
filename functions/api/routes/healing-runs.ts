// What healing found and did; and one pass now.
import * as z from "zod";
import type { HealingRun } from "#core/domain/healing-run.ts";
import { followUp } from "#engine/heal/follow-up.ts";
import type { HealOutcome } from "#engine/heal/heal.ts";
import type { ApiDeps } from "../deps.ts";
import { OF_DRIVERS } from "../refusals.ts";
import { reply, route } from "../route.ts";
import { healingRunView } from "../schemas/healing-run.ts";
import { appName, environmentName, targetParams } from "../schemas/names.ts";
import { pageOf, pageQuery } from "../schemas/page.ts";

export const listHealingRuns = route(
  "GET /v1/healing-runs",
  {
    permission: "read",
    reach: { app: "query", environment: "query", lists: { app: "app", environment: "environment" } },
    tag: "healing",
    summary: "What healing passes found and did, newest first",
    query: z.strictObject({
      ...pageQuery.shape,
      app: appName.optional(),
      environment: environmentName.optional(),
    }),
    answers: { 200: pageOf(healingRunView) },
  },
  async ({ query: { app, environment, ...request }, sees, deps }) => {
    const asked = (run: HealingRun) =>
      (app === undefined || run.app === app) &&
      (environment === undefined || run.environment === environment) &&
      sees(run);
    return reply(200, await deps.store.healingRuns.list(request, asked));
  },
);

export const healTarget = route(
  "POST /v1/targets/{app}/{env}/heal",
  {
    permission: "deploy",
    reach: { app: "path", environment: "path" },
    tag: "healing",
    summary: "One healing pass over a target, now",
    params: targetParams,
    body: z.strictObject({}).optional(),
    answers: { 200: healingRunView },
    refusals: ["target_busy", ...OF_DRIVERS],
  },
  async ({ params, caller, deps }) => {
    const name = { app: params.app, environment: params.env };
    const { kind } = await deps.store.targets.need(name);
    const answer = await deps.drivers.invoke(kind, {
      verb: "heal",
      ...name,
      trigger: caller.client,
      survey: true,
    });
    return reply(200, await awaitRun(deps, await followUp(deps, answer as HealOutcome)));
  },
);

/** An answer may take half a minute, the survey's part included; a repair that takes longer is told as under way. */
const PATIENCE_MS = 15_000;
const LOOK_EVERY_MS = 250;

async function awaitRun(
  { store, clock }: Pick<ApiDeps, "store" | "clock">,
  run: HealingRun,
): Promise<HealingRun> {
  let seen = run;
  for (const untilMs = clock.now() + PATIENCE_MS; seen.underWay && clock.now() < untilMs; ) {
    await clock.sleep(LOOK_EVERY_MS);
    seen = (await store.healingRuns.get(run.id)) ?? run;
  }
  return seen;
}
