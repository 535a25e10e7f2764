// What a manifest says of secrets: where each is kept, and what follows when one is rotated.
import * as z from "zod";
import { parseReference } from "../secrets/reference.ts";

/** They are read one by one while the app starts. */
const MOST_SECRETS = 50;
const NOT_A_REFERENCE =
  "must be a reference, secretsmanager:name, secretsmanager:name#key or ssm:/path, never the secret itself";

/** Of config and secrets alike. */
export const variableNameSchema = z
  .string()
  .regex(/^[A-Z_][A-Z0-9_]*$/, "must be capital letters, digits and underscores, not beginning with a digit");

export const secretsSchema = z
  .record(
    variableNameSchema,
    // What stands there may be the secret itself, so that no message repeats it.
    z
      .string({ error: NOT_A_REFERENCE })
      .refine((text) => parseReference(text) !== null, { error: NOT_A_REFERENCE }),
  )
  .refine((secrets) => Object.keys(secrets).length <= MOST_SECRETS, `must be at most ${MOST_SECRETS}`)
  .describe(
    "Environment variables that the app finds and the manifest does not hold: `secretsmanager:name`, `secretsmanager:name#key` or `ssm:/path`, read with the app's own rights when it starts.",
  );

export const onSecretRotationSchema = z
  .enum(["none", "redeploy"])
  .describe("Whether a secret that was rotated starts a rolling restart, within two minutes. Default none.");
