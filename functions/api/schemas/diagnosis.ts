// What the doctor found in an environment.
import * as z from "zod";
import { KINDS } from "#core/domain/kind.ts";
import { DIAGNOSIS } from "../examples/places.ts";
import { environmentName, instantText } from "./names.ts";

const checkView = z.object({
  path: z.string().meta({ description: "The setting, dotted: `cluster.executionRoleArn`" }),
  kinds: z.array(z.enum(KINDS)).meta({
    description: "Whose drivers looked, with their own permissions; none of what the API knows itself",
  }),
  ok: z.boolean(),
  detail: z.string().meta({ description: "What was found, or what is wrong" }),
  mend: z.string().nullable().meta({ description: "What to do about it; null where all is well" }),
});

export const diagnosisView = z
  .object({
    environment: environmentName,
    checkedAt: instantText,
    ok: z.boolean(),
    checks: z.array(checkView).meta({ description: "What is wrong comes first" }),
  })
  .meta({ id: "Diagnosis", example: DIAGNOSIS });

export type DiagnosisView = z.infer<typeof diagnosisView>;
