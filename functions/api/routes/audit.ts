// Who did what, when, from where, with what result.
import { reply, route } from "../route.ts";
import { auditView } from "../schemas/audit.ts";
import { pageOf, pageQuery } from "../schemas/page.ts";

export const listAudit = route(
  "GET /v1/audit",
  {
    permission: "read",
    tag: "audit",
    summary: "Every mutating call, the refused ones too, newest first",
    query: pageQuery,
    answers: { 200: pageOf(auditView) },
  },
  async ({ query, deps }) => reply(200, await deps.store.audit.list(query)),
);
