// Apps and their manifests.
import * as z from "zod";
import { instant } from "#core/clock.ts";
import type { App } from "#core/domain/app.ts";
import type { Kind } from "#core/domain/kind.ts";
import { TuttiError } from "#core/errors.ts";
import { parseManifest } from "#core/manifest/parse.ts";
import { keepSchedules } from "#functions/schedules/keep-schedules.ts";
import { scheduleViews } from "#functions/schedules/schedule-views.ts";
import { asksForAny } from "#functions/schedules/wanted-schedules.ts";
import { assertReaches } from "../caller.ts";
import type { ApiDeps } from "../deps.ts";
import { needApp, runningTargets } from "../find.ts";
import { assertOwnPart } from "../own-part.ts";
import { OF_DRIVERS } from "../refusals.ts";
import { removeApp } from "../remove-app.ts";
import { reply, route } from "../route.ts";
import { type AppView, appView, manifestBody, type ScheduleView } from "../schemas/app.ts";
import { appParams } from "../schemas/names.ts";
import { flag, pageOf, pageQuery } from "../schemas/page.ts";
import { refusal } from "../validate.ts";

export const putApp = route(
  "PUT /v1/apps/{app}",
  {
    permission: "operate",
    reach: { app: "path" },
    tag: "apps",
    summary: "Create (201) or replace (200) an app's manifest",
    params: appParams,
    body: manifestBody,
    answers: { 200: appView, 201: appView },
    refusals: ["not_supported_by_kind"],
  },
  async ({ params, body, caller, deps }) => {
    const { app: name, kind } = parseManifest(body);
    if (name !== params.app)
      throw refusal([{ path: "app", message: `is "${name}", but the path says "${params.app}"` }]);
    await assertKindMayBe(deps, name, kind);
    assertOwnPart(caller, (await deps.store.apps.get(name))?.manifest ?? {}, body);
    const fresh = { app: name, kind, manifest: body, updatedBy: caller.name };
    const { app, created } = await deps.store.apps.put(fresh, instant(deps.clock.now()));
    await keepThem(deps, app);
    return reply(created ? 201 : 200, viewOf(app));
  },
);

export const listApps = route(
  "GET /v1/apps",
  {
    permission: "read",
    reach: { lists: { app: "app" } },
    tag: "apps",
    summary: "List apps, newest first",
    query: pageQuery,
    answers: { 200: pageOf(appView) },
  },
  async ({ query, sees, deps }) => {
    const page = await deps.store.apps.list(query, sees);
    return reply(200, { ...page, items: page.items.map(viewOf) });
  },
);

export const getApp = route(
  "GET /v1/apps/{app}",
  {
    permission: "read",
    reach: { app: "path" },
    tag: "apps",
    summary: "One app, with what is scheduled for it",
    params: appParams,
    answers: { 200: appView },
  },
  async ({ params, deps }) => {
    const app = await needApp(deps, params.app);
    return reply(200, { ...viewOf(app), schedules: await schedulesOf(deps, app) });
  },
);

export const deleteApp = route(
  "DELETE /v1/apps/{app}",
  {
    permission: "operate",
    reach: { app: "path" },
    tag: "apps",
    summary: "Delete an app; 409 while anything of it runs, unless forced, which stops it first",
    params: appParams,
    query: z.strictObject({
      force: flag.optional(),
      volumes: z.enum(["keep", "delete"]).optional().meta({
        description: "What is on its disks stays where it is, unless it is said that it may go. Default keep",
      }),
    }),
    answers: { 204: z.undefined() },
    refusals: ["target_busy", ...OF_DRIVERS],
  },
  async ({ params, query, caller, deps }) => {
    const app = await needApp(deps, params.app);
    for (const target of await deps.store.targets.of(app.app)) assertReaches(caller, target);
    const deleteVolumes = query.volumes === "delete";
    await removeApp(deps, app, { force: query.force ?? false, deleteVolumes, actor: caller.name });
    return reply(204, undefined);
  },
);

/** What does not work now the next sweep does: the manifest is what counts. */
async function keepThem(deps: ApiDeps, app: App): Promise<void> {
  try {
    await keepSchedules(deps, app);
  } catch (error) {
    deps.log.warn("an app's schedules could not be kept; the sweep will", {
      app: app.app,
      error: String(error),
    });
  }
}

/** What runs as one kind cannot be replaced by another: nothing would know how to take the old one away. */
async function assertKindMayBe(deps: ApiDeps, app: string, kind: Kind): Promise<void> {
  const before = await deps.store.apps.get(app);
  if (!before || before.kind === kind) return;
  const targets = await deps.store.targets.of(app);
  const running = runningTargets(targets);
  if (running.length === 0) {
    await Promise.all(targets.map((one) => deps.store.targets.remove(one)));
    return;
  }
  const where = running.map((one) => one.environment).join(", ");
  const detail = `${app} runs as ${before.kind} in ${where}; delete it before it becomes a ${kind}.`;
  throw new TuttiError("conflict", detail);
}

/** Where it is deployed is asked only of an app that has any: most have none, and reading them is one call. */
async function schedulesOf({ store, clock }: ApiDeps, app: App): Promise<ScheduleView[]> {
  return asksForAny(app) ? scheduleViews(app, await store.targets.of(app.app), clock.now()) : [];
}

function viewOf({ app, kind, manifest, createdAt, updatedAt }: App): AppView {
  return { app, kind, manifest, createdAt, updatedAt };
}
