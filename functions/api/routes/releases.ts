// Releases: registered once, and the same ever after.
import { needApp } from "../find.ts";
import { registerFrom } from "../register-release.ts";
import { reply, route } from "../route.ts";
import { appParams } from "../schemas/names.ts";
import { pageOf, pageQuery } from "../schemas/page.ts";
import { releaseBody, releaseView, releaseViewOf } from "../schemas/release.ts";

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
    refusals: ["not_supported_by_kind", "version_exists"],
  },
  async ({ params, body, caller, deps }) => {
    const app = await needApp(deps, params.app);
    const { release, created } = await registerFrom(deps, app, body, caller.name);
    return reply(created ? 201 : 200, releaseViewOf(release));
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
    return reply(200, { ...page, items: page.items.map(releaseViewOf) });
  },
);
