// Issuers of OIDC tokens, and what their claims are worth.
import * as z from "zod";
import { OIDC_ISSUER, OIDC_ISSUER_SETTINGS } from "../examples/access.ts";
import { instantText } from "./names.ts";
import { roleText, scopeBody, scopeView } from "./token.ts";

const pattern = z.string().min(1).max(500);

/** `*` alone would let in everybody whom the issuer knows, and GitHub's issuer knows all of GitHub. */
const saysSomething = (claims: Record<string, string[]>) =>
  Object.values(claims).some((patterns) => patterns.every((one) => /[^*]/.test(one)));

const rule = z.strictObject({
  claims: z
    .record(
      z.string().min(1).max(100),
      z.union([pattern.transform((one) => [one]), z.array(pattern).min(1).max(50)]),
    )
    .refine(saysSomething, "must name at least one claim with more than * in its pattern")
    .meta({
      description: "Every claim must match its pattern, or one of its patterns; * stands for any characters",
      example: { repository: "acme/*", ref: "refs/heads/main" },
    }),
  role: roleText,
  scope: scopeBody.optional(),
});

export const oidcIssuerParams = z.object({
  name: z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, "must be 1 to 40 of a-z, 0-9 and -"),
});

export const oidcIssuerBody = z
  .strictObject({
    issuer: z
      .string()
      .max(500)
      .regex(/^[^?#\s]+$/, "must be a URL without query and fragment")
      .meta({
        description: "As in the token's iss; its keys are found from there",
        example: "https://token.actions.githubusercontent.com",
      }),
    audience: z.string().min(1).max(500).meta({ description: "What the token's aud must be" }),
    rules: z.array(rule).min(1).max(50).meta({ description: "The first that fits counts" }),
  })
  .meta({ id: "OidcIssuerSettings", example: OIDC_ISSUER_SETTINGS });

export const oidcIssuerView = z
  .object({
    name: z.string(),
    issuer: z.string(),
    audience: z.string(),
    rules: z.array(
      z.object({
        claims: z.record(z.string(), z.array(z.string())),
        role: roleText,
        scope: scopeView,
      }),
    ),
    createdAt: instantText,
    updatedAt: instantText,
    updatedBy: z.string(),
  })
  .meta({ id: "OidcIssuer", example: OIDC_ISSUER });

export type OidcIssuerView = z.output<typeof oidcIssuerView>;
