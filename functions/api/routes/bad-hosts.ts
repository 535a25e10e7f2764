// Hosts of pools that are marked bad: healing marks them by itself, and so may an operator, who also takes marks back.
import * as z from "zod";
import { instant } from "#core/clock.ts";
import type { BadHost, Environment } from "#core/domain/environment.ts";
import { TuttiError } from "#core/errors.ts";
import { sortedPage } from "#store/sorted-page.ts";
import { needPlace } from "../find.ts";
import { reply, route } from "../route.ts";
import { badHostBody, badHostParams, badHostView } from "../schemas/bad-hosts.ts";
import { environmentParams } from "../schemas/names.ts";
import { pageOf, pageQuery } from "../schemas/page.ts";

export const listBadHosts = route(
  "GET /v1/environments/{env}/bad-hosts",
  {
    permission: "read",
    reach: { environment: "path" },
    tag: "environments",
    summary: "The hosts of its pools that are marked bad: they take no new copies; newest first",
    params: environmentParams,
    query: pageQuery,
    answers: { 200: pageOf(badHostView) },
  },
  async ({ params: { env }, query, deps }) => {
    const { badHosts = [] } = await needPlace(deps, env);
    const name = ({ pool, host }: BadHost) => `${pool}/${host}`;
    return reply(
      200,
      sortedPage({ list: `BAD_HOSTS#${env}`, all: badHosts, at: (one) => one.since, name }, query),
    );
  },
);

/** It concerns every app of the environment. */
const operating = {
  permission: "operate",
  reach: { app: "every", environment: "path" },
  tag: "environments",
  params: badHostParams,
} as const;

export const putBadHost = route(
  "PUT /v1/environments/{env}/bad-hosts/{pool}/{host}",
  {
    ...operating,
    summary: "Mark a host bad (201), or say anew why (200): its copies go elsewhere where there is room",
    body: badHostBody,
    answers: { 200: badHostView, 201: badHostView },
  },
  async ({ params: { env, pool, host }, body: { why }, caller, deps }) => {
    const { pools } = await needPlace(deps, env);
    assertHost(env, pools, { pool, host });
    const since = instant(deps.clock.now());
    const mark: BadHost = { pool, host, since, why, by: caller.name, provenSince: null };
    let isNew = true;
    await deps.store.environments.changeBadHosts(env, (marks) => {
      const others = marks.filter((one) => !isIt(one, mark));
      isNew = others.length === marks.length;
      return [...others, mark];
    });
    return reply(isNew ? 201 : 200, mark);
  },
);

export const deleteBadHost = route(
  "DELETE /v1/environments/{env}/bad-hosts/{pool}/{host}",
  {
    ...operating,
    summary: "Take a mark back: the host takes copies again; nothing moves to it for its own sake",
    answers: { 204: z.undefined() },
  },
  async ({ params: { env, ...it }, deps }) => {
    let isThere = false;
    await deps.store.environments.changeBadHosts(env, (marks) => {
      const others = marks.filter((one) => !isIt(one, it));
      isThere = others.length < marks.length;
      return isThere ? others : marks;
    });
    if (!isThere)
      throw new TuttiError("not_found", `${it.host} of pool ${it.pool} is not marked bad in ${env}.`);
    return reply(204, undefined);
  },
);

/** Which hosts carry a pool's tag is known to Systems Manager alone. */
function assertHost(
  env: string,
  pools: Environment["pools"],
  { pool, host }: Pick<BadHost, "pool" | "host">,
): void {
  const settings = Object.hasOwn(pools, pool) ? pools[pool] : undefined;
  if (!settings) throw new TuttiError("not_found", `${env} has no pool ${pool}.`);
  const names = "ssh" in settings ? settings.ssh.hosts.map(({ name }) => name) : null;
  if (names?.includes(host) === false)
    throw new TuttiError(
      "not_found",
      `Pool ${pool} of ${env} has no host ${host}; it has ${names.join(", ")}.`,
    );
}

function isIt(mark: Pick<BadHost, "pool" | "host">, it: Pick<BadHost, "pool" | "host">): boolean {
  return mark.pool === it.pool && mark.host === it.host;
}
