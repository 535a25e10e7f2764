// Who did what, when, from where, with what result.
import * as z from "zod";
import type { AuditEntry } from "#core/domain/audit-entry.ts";
import { reply, route } from "../route.ts";
import { auditView } from "../schemas/audit.ts";
import { appName, environmentName } from "../schemas/names.ts";
import { pageOf, pageQuery } from "../schemas/page.ts";

const moment = z.iso.datetime({
  offset: true,
  error: "must be an ISO 8601 instant, as in 2027-01-31T12:00:00Z",
});

export const listAudit = route(
  "GET /v1/audit",
  {
    permission: "read",
    reach: { app: "query", environment: "query", lists: { app: "app", environment: "environment" } },
    tag: "audit",
    summary: "Every mutating call, the refused ones too, newest first",
    query: z.strictObject({
      ...pageQuery.shape,
      actor: z.string().max(300).optional().meta({ description: "Name or id of whoever called" }),
      app: appName.optional(),
      environment: environmentName.optional(),
      from: moment.optional().meta({ description: "From this instant on" }),
      to: moment.optional().meta({ description: "Before this instant" }),
    }),
    answers: { 200: pageOf(auditView) },
  },
  async ({ query: { actor, app, environment, from, to, ...request }, sees, deps }) => {
    const asked = (entry: AuditEntry) =>
      (actor === undefined || entry.actor === actor || entry.actorId === actor) &&
      (app === undefined || entry.app === app) &&
      (environment === undefined || entry.environment === environment) &&
      sees(entry);
    const times = { fromMs: millisecondsOf(from), toMs: millisecondsOf(to) };
    return reply(200, await deps.store.audit.list({ ...request, ...times }, asked));
  },
);

function millisecondsOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Date.parse(text);
}
