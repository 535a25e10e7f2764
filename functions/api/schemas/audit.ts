// One line of the audit: who did what, when, from where, with what result.
import * as z from "zod";
import { AUDIT_ENTRY } from "../examples/access.ts";
import { instantText } from "./names.ts";

export const auditView = z
  .object({
    id: z.string(),
    at: instantText,
    actor: z.string().meta({ description: "Name of whoever called" }),
    actorId: z.string().meta({ description: "Of the token; of one from outside, issuer and subject" }),
    sourceIp: z.string(),
    method: z.string(),
    path: z.string(),
    status: z.int(),
    outcome: z.enum(["done", "refused", "failed"]),
    code: z.string().optional().meta({ description: "Code of the refusal or failure" }),
    detail: z.string().optional().meta({ description: "What came of an event, which has no answer" }),
    app: z.string().optional().meta({ description: "What it was about, where the call named it" }),
    environment: z.string().optional(),
  })
  .meta({ id: "AuditEntry", example: AUDIT_ENTRY });

export type AuditView = z.output<typeof auditView>;
