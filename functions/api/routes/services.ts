// Discovery: where an app answers in an environment, and which of its addresses are healthy, as last seen.
import type { Target } from "#core/domain/target.ts";
import { reply, route } from "../route.ts";
import { targetParams } from "../schemas/names.ts";
import { pageOf, pageQuery } from "../schemas/page.ts";
import { type ServiceView, serviceView } from "../schemas/target.ts";

export const listServices = route(
  "GET /v1/services",
  {
    permission: "read",
    reach: { lists: { app: "app", environment: "environment" } },
    tag: "services",
    summary: "Where apps answer",
    query: pageQuery,
    answers: { 200: pageOf(serviceView) },
  },
  async ({ query, sees, deps }) => {
    const page = await deps.store.targets.list(query, sees);
    return reply(200, { ...page, items: page.items.map(viewOf) });
  },
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

function viewOf({ app, environment, endpoint, replicas, observedAt }: Target): ServiceView {
  const addresses = replicas.flatMap((one) => (one.health === "healthy" && one.address ? [one.address] : []));
  return { app, environment, endpoint, addresses, observedAt };
}
