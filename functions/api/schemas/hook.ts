// The CI hook: what it is sent, and what came of it.
import * as z from "zod";
import { HOOK_SECRET } from "../examples/apps.ts";
import { HOOK_ANSWER, HOOK_REQUEST } from "../examples/deployments.ts";
import { deploymentView } from "./deployment.ts";
import { environmentName, instantText, versionText } from "./names.ts";
import { artifactBody, commitBody, releaseView } from "./release.ts";

export const hookBody = z
  .strictObject({
    version: versionText,
    artifact: artifactBody,
    commit: commitBody.optional(),
    environment: environmentName
      .optional()
      .meta({ description: "By default every environment whose manifest says autoDeploy: true" }),
  })
  .meta({ id: "HookRequest", example: HOOK_REQUEST });

export const hookAnswer = z
  .object({
    release: releaseView,
    deployments: z.array(deploymentView),
    refused: z
      .array(z.object({ environment: z.string(), code: z.string(), detail: z.string() }))
      .meta({ description: "Environments with autoDeploy that did not take it" }),
  })
  .meta({ id: "HookAnswer", example: HOOK_ANSWER });

export const hookSecretView = z
  .object({
    app: z.string(),
    secret: z.string().nullable().meta({
      description: "Shown this once. null where an Idempotency-Key gives the answer again",
    }),
    createdAt: instantText,
  })
  .meta({ id: "HookSecret", example: HOOK_SECRET });
