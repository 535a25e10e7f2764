// Targets as last seen, a page of them: what `GET /v1/targets` and `GET /v1/services` answer, each in its own view.
import * as z from "zod";
import type { Target } from "#core/domain/target.ts";
import type { ApiDeps } from "./deps.ts";
import { appName, environmentName } from "./schemas/names.ts";
import { pageQuery } from "./schemas/page.ts";

export const targetsQuery = z.strictObject({
  ...pageQuery.shape,
  app: appName.optional(),
  environment: environmentName.optional(),
});

export async function pageOfTargets<View>(
  { store }: ApiDeps,
  { app, environment, ...request }: z.output<typeof targetsQuery>,
  sees: (item: unknown) => boolean,
  viewOf: (target: Target) => View,
): Promise<{ items: View[]; cursor: string | null }> {
  const isAsked = (one: Target) =>
    (app === undefined || one.app === app) &&
    (environment === undefined || one.environment === environment) &&
    sees(one);
  const page = await store.targets.list(request, isAsked);
  return { ...page, items: page.items.map(viewOf) };
}
