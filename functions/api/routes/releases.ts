// Releases: registered once, and the same ever after.
import type { Release } from "#core/domain/release.ts";
import { needApp } from "../find.ts";
import { registerImage, registerRelease } from "../register-release.ts";
import { reply, route } from "../route.ts";
import { appParams } from "../schemas/names.ts";
import { pageOf, pageQuery } from "../schemas/page.ts";
import { type ReleaseView, releaseBody, releaseView } from "../schemas/release.ts";

export const createRelease = route(
  "POST /v1/apps/{app}/releases",
  {
    permission: "deploy",
    reach: { app: "path" },
    tag: "releases",
    summary: "Register a release (201); the same again is 200, other content under the same version 409",
    params: appParams,
    body: releaseBody,
    answers: { 200: releaseView, 201: releaseView },
  },
  async ({ params, body, caller, deps }) => {
    const app = await needApp(deps, params.app);
    const { uri, sha256, image } = body.artifact;
    const { version } = body;
    // The schema has seen to it that there is one of the two.
    const { release, created } =
      image === undefined
        ? await registerRelease(deps, app, { version, artifact: { uri: uri!, sha256 } }, caller.name)
        : await registerImage(deps, app, { version, image }, caller.name);
    return reply(created ? 201 : 200, viewOf(release));
  },
);

export const listReleases = route(
  "GET /v1/apps/{app}/releases",
  {
    permission: "read",
    reach: { app: "path" },
    tag: "releases",
    summary: "List an app's releases, newest first",
    params: appParams,
    query: pageQuery,
    answers: { 200: pageOf(releaseView) },
  },
  async ({ params, query, deps }) => {
    await needApp(deps, params.app);
    const page = await deps.store.releases.list(params.app, query);
    return reply(200, { ...page, items: page.items.map(viewOf) });
  },
);

function viewOf({ id, app, version, artifact, createdAt, createdBy }: Release): ReleaseView {
  return { id, app, version, artifact, createdAt, createdBy };
}
