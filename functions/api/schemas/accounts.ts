// Other accounts that targets live in (docs/accounts.md).
import * as z from "zod";

const account = z.strictObject({
  id: z.string().regex(/^\d{12}$/, "must be the 12 digits of an AWS account"),
  externalId: z
    .string()
    .regex(/^[\w+=,.@:/-]{16,1224}$/, "must be 16 to 1224 of letters, digits and _+=,.@:/-")
    .meta({ description: "What the trust policy of the role there asks for" }),
  region: z
    .string()
    .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, "must be a region such as eu-central-1")
    .optional()
    .meta({ description: "Where it is not Tutti's own" }),
});

/** By kind. */
export const accounts = z
  .strictObject({
    server: account.optional(),
    container: account.optional(),
    function: account.optional(),
    vm: account.optional(),
  })
  .meta({ description: "Where targets of a kind live, if not in Tutti's own account (docs/accounts.md)" });
