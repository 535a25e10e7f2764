// Platform settings of each environment.
import type * as z from "zod";
import { instant } from "#core/clock.ts";
import type { Environment } from "#core/domain/environment.ts";
import type { ApiDeps } from "../deps.ts";
import { reply, route } from "../route.ts";
import { environmentBody, environmentView } from "../schemas/environment.ts";
import { environmentParams } from "../schemas/names.ts";
import { pageOf, pageQuery } from "../schemas/page.ts";
import { refusal } from "../validate.ts";

export const listEnvironments = route(
  "GET /v1/environments",
  {
    permission: "read",
    reach: { lists: { environment: "name" } },
    tag: "environments",
    summary: "List environments, newest first",
    query: pageQuery,
    answers: { 200: pageOf(environmentView) },
  },
  async ({ query, sees, deps }) => {
    const page = await deps.store.environments.list(query, sees);
    // Marks are no settings: what is read here may be written back as it is.
    return reply(200, { ...page, items: page.items.map(({ badHosts: _marks, ...settings }) => settings) });
  },
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
  },
  async ({ params, body, deps }) => {
    const { accounts, name = params.env, createdAt: _made, updatedAt: _before, ...rest } = body;
    if (name !== params.env)
      throw refusal([{ path: "name", message: `must be the path's "${params.env}", not "${name}"` }]);
    const settings = { ...rest, ...(accounts ? { accounts: known(deps, accounts) } : {}) };
    const updatedAt = instant(deps.clock.now());
    const { environment, created } = await deps.store.environments.put({ name, ...settings, updatedAt });
    return reply(created ? 201 : 200, environment);
  },
);

/** Where drivers may work is granted when the installation is deployed, and no word of an operator's goes beyond it. */
function known(
  { targetAccounts }: ApiDeps,
  accounts: NonNullable<z.infer<typeof environmentBody>["accounts"]>,
): NonNullable<Environment["accounts"]> {
  const there = targetAccounts.join(", ") || "none";
  const strange = Object.entries(accounts).filter(
    ([, account]) => account && !targetAccounts.includes(account.id),
  );
  if (strange.length > 0)
    throw refusal(
      strange.map(([kind, account]) => ({
        path: `accounts.${kind}.id`,
        message: `"${account!.id}" is not an account that this installation may work in (TUTTI_TARGET_ACCOUNTS); there are: ${there}`,
      })),
    );
  return accounts as NonNullable<Environment["accounts"]>;
}
