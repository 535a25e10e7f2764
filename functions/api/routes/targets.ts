// Targets: the list as last seen, one of them read live through its driver, and how many replicas it should have.
import * as z from "zod";
import type { Target } from "#core/domain/target.ts";
import { type TargetView, targetView as viewOf } from "#core/views.ts";
import type { Inspection } from "#engine/inspect.ts";
import type { ApiDeps } from "../deps.ts";
import { reply, route } from "../route.ts";
import { appName, environmentName, targetParams } from "../schemas/names.ts";
import { pageOf, pageQuery } from "../schemas/page.ts";
import { historyView, targetView } from "../schemas/target.ts";

export const listTargets = route(
  "GET /v1/targets",
  {
    permission: "read",
    reach: { app: "query", environment: "query", lists: { app: "app", environment: "environment" } },
    tag: "targets",
    summary: "Every target as last seen",
    query: z.strictObject({
      ...pageQuery.shape,
      app: appName.optional(),
      environment: environmentName.optional(),
    }),
    answers: { 200: pageOf(targetView) },
  },
  async ({ query: { app, environment, ...request }, sees, deps }) => {
    const asked = (one: Target) =>
      (app === undefined || one.app === app) &&
      (environment === undefined || one.environment === environment) &&
      sees(one);
    const page = await deps.store.targets.list(request, asked);
    return reply(200, { ...page, items: page.items.map((one) => viewOf(one)) });
  },
);

export const getTarget = route(
  "GET /v1/targets/{app}/{env}",
  {
    permission: "read",
    reach: { app: "path", environment: "path" },
    tag: "targets",
    summary: "One target, read live through its driver",
    params: targetParams,
    answers: { 200: targetView },
  },
  async ({ params, deps }) => {
    const target = await deps.store.targets.need({ app: params.app, environment: params.env });
    return reply(200, await look(deps, target));
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

/** What is live now; where the driver cannot say, the last look stands, with its time. */
async function look(deps: ApiDeps, target: Target): Promise<TargetView> {
  const { app, environment, kind } = target;
  try {
    const seen = (await deps.drivers.invoke(kind, { verb: "inspect", app, environment })) as Inspection;
    return viewOf(seen.target, seen.live);
  } catch (error) {
    deps.log.warn("a target could not be read live", { app, environment, error: String(error) });
    return viewOf(target);
  }
}
