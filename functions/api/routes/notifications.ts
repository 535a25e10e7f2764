// Which receivers were told what, and what came of it.
import * as z from "zod";
import { reaches, type Scope } from "#core/domain/access.ts";
import { DELIVERY_STATUSES, type Delivery } from "#core/domain/delivery.ts";
import { NOTICE_TYPES, type Notice } from "#core/domain/notice.ts";
import { reply, route } from "../route.ts";
import { appName, deploymentId, environmentName } from "../schemas/names.ts";
import { notificationView, viewNotification } from "../schemas/notification.ts";
import { pageOf, pageQuery } from "../schemas/page.ts";

export const listNotifications = route(
  "GET /v1/notifications",
  {
    permission: "read",
    reach: { app: "query", environment: "query", lists: { app: "app", environment: "environment" } },
    tag: "notifications",
    summary: "Deliveries of notices to receivers, newest first; kept for 30 days",
    query: z.strictObject({
      ...pageQuery.shape,
      app: appName.optional(),
      environment: environmentName.optional(),
      deployment: deploymentId.optional(),
      receiver: z.string().max(40).optional().meta({ description: "Name of a receiver" }),
      status: z.enum(DELIVERY_STATUSES).optional(),
      event: z.enum(NOTICE_TYPES).optional(),
    }),
    answers: { 200: pageOf(notificationView) },
  },
  async ({ query: { limit, cursor, ...filter }, sees, caller, deps }) => {
    const keep = (one: Delivery) =>
      fits(filter, one) && sees(one.notice) && reachesTrain(caller.scope, one.notice);
    const { items, cursor: next } = await deps.store.deliveries.list({ limit, cursor }, keep);
    return reply(200, { items: items.map(viewNotification), cursor: next });
  },
);

type Filter = Partial<Record<"app" | "environment" | "deployment" | "receiver" | "status" | "event", string>>;

function fits(filter: Filter, { notice, receiver, status }: Delivery): boolean {
  const { app, environment, type: event } = notice;
  const has: Partial<Record<keyof Filter, string | null>> = {
    app,
    environment,
    deployment: notice.deployment?.id,
    receiver,
    status,
    event,
  };
  return (Object.keys(has) as (keyof Filter)[]).every(
    (name) => filter[name] === undefined || filter[name] === has[name],
  );
}

/** Who does not reach all of a train does not see what was told of it either. */
function reachesTrain(scope: Scope, { train }: Notice): boolean {
  return (train?.targets ?? []).every((target) => {
    const [app, environment] = target.split("/");
    return reaches(scope, { app, environment });
  });
}
