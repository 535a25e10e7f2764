// Tokens as the API takes and shows them: the secret stands in the answer that makes it, and nowhere else.
import * as z from "zod";
import { ROLES } from "#core/domain/access.ts";
import { NEW_TOKEN, SCOPE, TOKEN, TOKEN_REQUEST } from "../examples/access.ts";
import { instantText } from "./names.ts";

const NAME = /^(?!oidc:|anonymous$)[^\p{C}]{1,100}$/u;
const LONGEST_SECONDS = 10 * 366 * 86_400;

const patterns = (example: string) =>
  z
    .array(
      z
        .string()
        .regex(
          /^(?=[a-z*])[a-z0-9*-]{1,63}$/,
          "must be a name (a-z, 0-9 and -), in which * stands for any characters, as in `team-*`",
        ),
    )
    .min(1, "must name at least one; leave it out for all")
    .max(100)
    .default(["*"])
    .meta({ example: [example] });

export const scopeBody = z.strictObject({ apps: patterns("team-*"), environments: patterns("dev") }).meta({
  id: "Scope",
  example: SCOPE,
  description: "What it is limited to; what is left out is not limited",
});

export const roleText = z.enum(ROLES);

export const scopeView = z.object({ apps: z.array(z.string()), environments: z.array(z.string()) });

export const tokenBody = z
  .strictObject({
    name: z
      .string()
      .regex(NAME, "must be 1 to 100 printable characters, and not `anonymous` or begin with `oidc:`")
      .meta({
        description: "Stands in the audit and at what the token makes",
        example: "ci storefront",
        // The document's patterns have no flags: JSON Schema's are Unicode by themselves.
        pattern: NAME.source,
      }),
    role: roleText,
    scope: scopeBody.optional(),
    expiresAt: z.iso
      .datetime({ offset: true, error: "must be an ISO 8601 instant, as in 2027-01-31T12:00:00Z" })
      .optional(),
    expiresInSeconds: z.int().min(1).max(LONGEST_SECONDS).optional(),
  })
  .refine((body) => body.expiresAt === undefined || body.expiresInSeconds === undefined, {
    path: ["expiresInSeconds"],
    message: "stands beside expiresAt; give one of the two",
  })
  .meta({ id: "TokenRequest", example: TOKEN_REQUEST });

export const tokenView = z
  .object({
    id: z.string(),
    name: z.string(),
    role: roleText,
    scope: scopeView,
    createdAt: instantText,
    createdBy: z.string(),
    expiresAt: instantText.nullable(),
    lastUsedAt: instantText.nullable().meta({ description: "To within a minute" }),
    revoked: z.boolean(),
    revokedAt: instantText.nullable(),
  })
  .meta({ id: "Token", example: TOKEN });

export const newTokenView = tokenView
  .extend({
    secret: z.string().nullable().meta({
      description:
        "Shown this once. null where an Idempotency-Key gives the answer again: it is kept nowhere",
    }),
  })
  .meta({ id: "NewToken", example: NEW_TOKEN });

export type TokenView = z.output<typeof tokenView>;
export type NewTokenView = z.output<typeof newTokenView>;
