// DORA's four per app and environment, over the deployments of the last days.
import * as z from "zod";
import { instant } from "#core/clock.ts";
import { type Deployment, LATE_END_DAYS } from "#core/domain/deployment.ts";
import { type InsightsInput, insightsOf } from "#core/insights/insights.ts";
import type { Store } from "#store/store.ts";
import { reply, route } from "../route.ts";
import { insightsAnswer } from "../schemas/insights.ts";
import { appName, environmentName } from "../schemas/names.ts";
import { wholeNumber } from "../schemas/page.ts";

const DAY_MS = 86_400_000;
const DAYS_DEFAULT = 30;
const MOST_DAYS = 90;
const PAGE = 200;
/** Of deployments; each is a few kB, so that one question stays below a few hundred read units. */
const MOST_PAGES = 5;

export const getInsights = route(
  "GET /v1/insights",
  {
    permission: "read",
    reach: { app: "query", environment: "query", lists: { app: "app", environment: "environment" } },
    tag: "insights",
    summary:
      "Deployment frequency, lead time, change failure rate and time to restore, per app and environment",
    query: z.strictObject({
      app: appName.optional(),
      environment: environmentName.optional(),
      days: wholeNumber(1, MOST_DAYS)
        .optional()
        .transform((days) => days ?? DAYS_DEFAULT)
        .meta({ description: `How many days back, from 1 to ${MOST_DAYS}; ${DAYS_DEFAULT} where left out` }),
    }),
    answers: { 200: insightsAnswer },
  },
  async ({ query: { app, environment, days }, sees, deps: { store, clock } }) => {
    const toMs = endOfDay(clock.now());
    const fromMs = toMs - days * DAY_MS;
    const found = await deploymentsSince(store, { app, environment }, instant(fromMs), sees);
    const places = Map.groupBy(found.deployments, (one) => `${one.app}/${one.environment}`);
    const madeAt = await timesOfReleases(store, found.deployments);
    const items = [...places.values()].map((deployments) => {
      const { app: of, environment: where } = deployments[0]!;
      const input: InsightsInput = { deployments, fromMs, toMs, madeAt: madeAt.get(of)! };
      return { app: of, environment: where, ...insightsOf(input) };
    });
    items.sort((a, b) => a.app.localeCompare(b.app) || a.environment.localeCompare(b.environment));
    return reply(200, { from: instant(fromMs), to: instant(toMs), truncated: found.truncated, items });
  },
);

/** Days are whole ones, in UTC; today is the last of them. */
function endOfDay(nowMs: number): number {
  return (Math.floor(nowMs / DAY_MS) + 1) * DAY_MS;
}

type Where = { app?: string | undefined; environment?: string | undefined };

async function deploymentsSince(
  store: Store,
  where: Where,
  since: string,
  sees: (one: Deployment) => boolean,
): Promise<{ deployments: Deployment[]; truncated: boolean }> {
  const late = await store.deployments.listLateEnds(since);
  const deployments = late.filter((one) => fits(where, one) && sees(one));
  const known = new Set(deployments.map(({ id }) => id));
  let cursor: string | undefined;
  let reached = false;
  for (let page = 0; page < MOST_PAGES; page++) {
    const request = { limit: PAGE, ...(cursor ? { cursor } : {}) };
    const answer = await store.deployments.list(where, request, sees);
    // Newest first by when they were asked for: one that waited (in a queue, for an approval, through a freeze) may still
    // have ended in the window.
    deployments.push(...answer.items.filter((one) => (one.endedAt ?? "") >= since && !known.has(one.id)));
    const oldest = answer.items.at(-1)?.createdAt ?? "";
    reached = oldest < since;
    if (!answer.cursor || Date.parse(oldest) < Date.parse(since) - LATE_END_DAYS * DAY_MS)
      return { deployments, truncated: false };
    cursor = answer.cursor;
  }
  return { deployments, truncated: !reached };
}

function fits({ app, environment }: Where, one: Deployment): boolean {
  return (app ?? one.app) === one.app && (environment ?? one.environment) === one.environment;
}

/** By app and version: when what it brings was committed, else when its artifact was made, else when it was registered. */
async function timesOfReleases(
  store: Store,
  deployments: Deployment[],
): Promise<Map<string, Map<string, string>>> {
  const times = new Map<string, Map<string, string>>();
  for (const [app, those] of Map.groupBy(deployments, (one) => one.app))
    times.set(app, await timesOf(store, app, new Set(those.map((one) => one.version))));
  return times;
}

/** Reads on, newest first, until each of these versions is known. */
async function timesOf(store: Store, app: string, wanted: Set<string>): Promise<Map<string, string>> {
  const times = new Map<string, string>();
  let cursor: string | undefined;
  do {
    const answer = await store.releases.list(app, { limit: PAGE, ...(cursor ? { cursor } : {}) });
    for (const { version, commit, artifactAt, createdAt } of answer.items)
      if (wanted.delete(version))
        times.set(version, instant(Date.parse(commit?.at ?? artifactAt ?? createdAt)));
    cursor = answer.cursor ?? undefined;
  } while (cursor && wanted.size > 0);
  return times;
}
