// Uploads: the bytes go straight to S3, through an address that takes one PUT.
import { instant } from "#core/clock.ts";
import { needApp } from "../find.ts";
import { reply, route } from "../route.ts";
import { appParams } from "../schemas/names.ts";
import { uploadBody, uploadView } from "../schemas/release.ts";

const EXPIRES_SECONDS = 15 * 60;
const DEFAULT_FILE = "artifact.tar.gz";

export const createArtifact = route(
  "POST /v1/apps/{app}/artifacts",
  {
    permission: "deploy",
    reach: { app: "path" },
    tag: "releases",
    summary: "An address to PUT an artifact to",
    params: appParams,
    body: uploadBody,
    answers: { 201: uploadView },
  },
  async ({ params, body, deps }) => {
    await needApp(deps, params.app);
    const key = `uploads/${params.app}/${deps.ids("art")}/${body?.file ?? DEFAULT_FILE}`;
    const uploadUrl = await deps.artifacts.uploadUrl(key, EXPIRES_SECONDS);
    const expiresAt = instant(deps.clock.now() + EXPIRES_SECONDS * 1000);
    return reply(201, { uploadUrl, uri: `s3://${deps.artifacts.name}/${key}`, expiresAt });
  },
);
