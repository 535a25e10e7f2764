// Releases and the uploads they are made from.
import * as z from "zod";
import type { Release } from "#core/domain/release.ts";
import { RELEASE, RELEASE_REQUEST, UPLOAD, UPLOAD_REQUEST } from "../examples/apps.ts";
import { instantText, versionText } from "./names.ts";

/** Some tools write capitals (PowerShell's Get-FileHash): they say the same. */
const sha256 = z
  .string()
  .toLowerCase()
  .regex(/^[0-9a-f]{64}$/, "must be 64 hexadecimal digits");

export const artifactUri = z
  .string()
  .max(1500)
  .regex(/^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\/\S+$/, "must be s3://bucket/key, as the upload gave it");

export const artifactBody = z
  .strictObject({
    uri: artifactUri.optional(),
    sha256: sha256.optional(),
    image: z.string().max(500).optional(),
  })
  .refine(
    (artifact) => (artifact.uri === undefined) !== (artifact.image === undefined),
    "must name either uri or image",
  )
  .refine(
    (artifact) => artifact.image === undefined || artifact.sha256 === undefined,
    "takes sha256 with uri only: an image's digest stands in its reference",
  );

export const commitBody = z
  .strictObject({
    sha: z.string().regex(/^[0-9a-f]{7,64}$/, "must be 7 to 64 lower-case hexadecimal digits"),
    at: z.iso
      .datetime({ offset: true, error: "must be an ISO 8601 instant, as in 2027-01-31T12:00:00Z" })
      .optional(),
  })
  .meta({ description: "What it was made from, and when that was committed: where the lead time begins" });

export const releaseBody = z
  .strictObject({
    version: versionText,
    artifact: artifactBody,
    commit: commitBody.optional(),
  })
  .meta({ id: "ReleaseRequest", example: RELEASE_REQUEST });

export const releaseView = z
  .object({
    id: z.string(),
    app: z.string(),
    version: z.string(),
    artifact: z.object({
      uri: z.string().optional(),
      sha256: z.string().optional(),
      image: z.string().optional(),
    }),
    commit: z.object({ sha: z.string(), at: instantText.optional() }).optional(),
    createdAt: instantText,
    createdBy: z.string(),
  })
  .meta({ id: "Release", example: RELEASE });

export type ReleaseView = z.output<typeof releaseView>;

export function releaseViewOf({
  id,
  app,
  version,
  artifact,
  commit,
  createdAt,
  createdBy,
}: Release): ReleaseView {
  return { id, app, version, artifact, ...(commit ? { commit } : {}), createdAt, createdBy };
}

export const uploadBody = z
  .strictObject({
    file: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, "must be a plain file name")
      .optional()
      .meta({ description: "Name of the file, by default artifact.tar.gz" }),
  })
  .meta({ example: UPLOAD_REQUEST })
  .optional();

export const uploadView = z
  .object({
    uploadUrl: z.string().meta({ description: "PUT the bytes here, within 15 minutes" }),
    uri: z.string().meta({ description: "What to name in the release" }),
    expiresAt: instantText,
  })
  .meta({ id: "Upload", example: UPLOAD });
