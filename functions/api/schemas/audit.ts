// One line of the audit: who did what, when, from where, with what result.
import * as z from "zod";
import { instantText } from "./names.ts";

export const auditView = z
  .object({
    id: z.string(),
    at: instantText,
    actor: z.string(),
    sourceIp: z.string(),
    method: z.string(),
    path: z.string(),
    status: z.int(),
    code: z.string().optional().meta({ description: "Code of the refusal or failure" }),
  })
  .meta({ id: "AuditEntry" });

export type AuditView = z.output<typeof auditView>;
