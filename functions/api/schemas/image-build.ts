// Builds of container images.
import * as z from "zod";
import { IMAGE_BUILD, IMAGE_BUILD_REQUEST } from "../examples/apps.ts";
import { appName, instantText, versionText } from "./names.ts";
import { artifactUri } from "./release.ts";

export const imageBuildParams = z.object({ app: appName, id: z.string().min(1).max(100) });

export const imageBuildBody = z
  .strictObject({
    version: versionText,
    source: z.strictObject({
      uri: artifactUri.meta({ description: "An uploaded zip of a folder with a Dockerfile" }),
    }),
  })
  .meta({ id: "ImageBuildRequest", example: IMAGE_BUILD_REQUEST });

export const imageBuildView = z
  .object({
    id: z.string(),
    app: z.string(),
    version: z.string(),
    status: z.enum(["building", "succeeded", "failed"]),
    phase: z.string().meta({ description: "What it is at, in words" }),
    image: z.string().nullable().meta({ description: "repository@sha256:… once it has succeeded" }),
    reason: z.string(),
    log: z.array(z.string()).meta({ description: "The last lines, once it has ended" }),
    startedAt: instantText,
    endedAt: instantText.nullable(),
    cost: z
      .object({ minutes: z.int(), dollars: z.number() })
      .nullable()
      .meta({ description: "Once it has ended: of CodeBuild, by the minute" }),
  })
  .meta({ id: "ImageBuild", example: IMAGE_BUILD });

export type ImageBuildView = z.output<typeof imageBuildView>;
