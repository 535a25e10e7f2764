// Platform settings of each environment.
import { instant } from "#core/clock.ts";
import type { Environment } from "#core/domain/environment.ts";
import { reply, route } from "../route.ts";
import { environmentBody, environmentView } from "../schemas/environment.ts";
import { environmentParams } from "../schemas/names.ts";
import { pageOf, pageQuery } from "../schemas/page.ts";

export const listEnvironments = route(
  "GET /v1/environments",
  {
    permission: "read",
    reach: { lists: { environment: "name" } },
    tag: "environments",
    summary: "List environments",
    query: pageQuery,
    answers: { 200: pageOf(environmentView) },
  },
  async ({ query, sees, deps }) => reply(200, await deps.store.environments.list(query, sees)),
);

export const putEnvironment = route(
  "PUT /v1/environments/{env}",
  {
    permission: "operate",
    reach: { app: "every", environment: "path" },
    tag: "environments",
    summary: "Create (201) or replace (200) an environment's platform settings",
    params: environmentParams,
    body: environmentBody,
    answers: { 200: environmentView, 201: environmentView },
    refusals: ["not_supported_yet"],
  },
  async ({ params, body, deps }) => {
    const { domain: _later, accounts: _laterToo, ...settings } = body;
    const before = await deps.store.environments.get(params.env);
    const updatedAt = instant(deps.clock.now());
    const environment: Environment = { name: params.env, ...settings, updatedAt };
    await deps.store.environments.put(environment);
    return reply(before ? 200 : 201, environment);
  },
);
