// Discovery: where an app answers in an environment, and which of its addresses are healthy, as last seen.
import type { Target } from "#core/domain/target.ts";
import { pageOfTargets, targetsQuery } from "../page-of-targets.ts";
import { reply, route } from "../route.ts";
import { targetParams } from "../schemas/names.ts";
import { pageOf } from "../schemas/page.ts";
import { type ServiceView, serviceView } from "../schemas/target.ts";

export const listServices = route(
  "GET /v1/services",
  {
    permission: "read",
    reach: { app: "query", environment: "query", lists: { app: "app", environment: "environment" } },
    tag: "services",
    summary: "Where apps answer, newest first by when each was first asked for there",
    query: targetsQuery,
    answers: { 200: pageOf(serviceView) },
  },
  async ({ query, sees, deps }) => reply(200, await pageOfTargets(deps, query, sees, viewOf)),
);

export const getService = route(
  "GET /v1/services/{app}/{env}",
  {
    permission: "read",
    reach: { app: "path", environment: "path" },
    tag: "services",
    summary: "Where one app answers in one environment",
    params: targetParams,
    answers: { 200: serviceView },
  },
  async ({ params, deps }) => {
    const target = await deps.store.targets.need({ app: params.app, environment: params.env });
    return reply(200, viewOf(target));
  },
);

function viewOf({ app, environment, endpoint, replicas, observedAt, identity }: Target): ServiceView {
  const addresses = replicas.flatMap((one) => (one.health === "healthy" && one.address ? [one.address] : []));
  const known = identity ? { issuedAt: identity.issuedAt, expiresAt: identity.expiresAt } : null;
  return { app, environment, endpoint, addresses, identity: known, observedAt };
}
