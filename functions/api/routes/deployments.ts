// Deployments: asked for, listed, followed, and spoken to.
import * as z from "zod";
import { deploymentView as viewOf } from "#core/views.ts";
import { act } from "#engine/act.ts";
import { type Submission, submit } from "#engine/submit.ts";
import type { ApiDeps } from "../deps.ts";
import { needApp } from "../find.ts";
import { awaitRevision, LAST_REVISION, LONGEST_WAIT_SECONDS } from "../long-poll.ts";
import { deploymentOf, rollbackOf } from "../new-submission.ts";
import { withOverride } from "../override.ts";
import { planOf } from "../plan.ts";
import { viewWithQueue } from "../queue-position.ts";
import { OF_PLANS, OF_SUBMISSIONS } from "../refusals.ts";
import { reply, route } from "../route.ts";
import {
  actionBody,
  actionParams,
  deploymentBody,
  deploymentView,
  rollbackBody,
  statusText,
} from "../schemas/deployment.ts";
import { appName, appParams, deploymentParams, environmentName } from "../schemas/names.ts";
import { pageOf, pageQuery, wholeNumber } from "../schemas/page.ts";
import { planView } from "../schemas/plan.ts";

export const createDeployment = route(
  "POST /v1/apps/{app}/deployments",
  {
    permission: "deploy",
    reach: { app: "path", environment: "body" },
    tag: "deployments",
    summary: "Deploy a release (202), or with dryRun show the plan (200)",
    params: appParams,
    body: deploymentBody,
    answers: { 200: planView, 202: deploymentView },
    refusals: ["not_supported_yet", ...OF_SUBMISSIONS, ...OF_PLANS],
  },
  async ({ params, body, caller, deps }) => {
    const app = await needApp(deps, params.app);
    const submission = await deploymentOf(deps, app, body, caller);
    return planOrSubmit(deps, withOverride(submission, body.override, caller), body);
  },
);

export const rollBack = route(
  "POST /v1/apps/{app}/rollback",
  {
    permission: "deploy",
    reach: { app: "path", environment: "body" },
    tag: "deployments",
    summary: "Deploy an earlier release, superseding a deployment under way",
    params: appParams,
    body: rollbackBody,
    answers: { 200: planView, 202: deploymentView },
    refusals: ["no_previous_release", ...OF_SUBMISSIONS, ...OF_PLANS],
  },
  async ({ params, body, caller, deps }) => {
    const app = await needApp(deps, params.app);
    const submission = await rollbackOf(deps, app, body, caller);
    return planOrSubmit(deps, withOverride(submission, body.override, caller), body);
  },
);

/** Two ways to a deployment, and one answer: with dryRun what it would do, else the deployment itself. */
async function planOrSubmit(
  deps: ApiDeps,
  submission: Submission,
  { dryRun, rollout }: { dryRun?: boolean; rollout?: unknown },
) {
  if (dryRun) return reply(200, await planOf(deps, { ...submission, kind: submission.spec.kind, rollout }));
  return reply(202, await viewWithQueue(deps, await submit(deps, submission)));
}

export const listDeployments = route(
  "GET /v1/deployments",
  {
    permission: "read",
    reach: { app: "query", environment: "query", lists: { app: "app", environment: "environment" } },
    tag: "deployments",
    summary: "List deployments, newest first",
    query: z.strictObject({
      ...pageQuery.shape,
      app: appName.optional(),
      environment: environmentName.optional(),
      status: statusText.optional(),
    }),
    answers: { 200: pageOf(deploymentView) },
  },
  async ({ query: { limit, cursor, ...filter }, sees, deps }) => {
    const page = await deps.store.deployments.list(filter, { limit, cursor }, sees);
    return reply(200, { ...page, items: page.items.map((one) => viewOf(one)) });
  },
);

export const getDeployment = route(
  "GET /v1/deployments/{id}",
  {
    permission: "read",
    reach: "deployment",
    tag: "deployments",
    summary: "One deployment; with waitSeconds, as soon as its revision is above afterRevision",
    params: deploymentParams,
    query: z.strictObject({
      waitSeconds: wholeNumber(0, LONGEST_WAIT_SECONDS).optional(),
      afterRevision: wholeNumber(0, LAST_REVISION).optional(),
    }),
    answers: { 200: deploymentView },
  },
  async ({ params, query: { waitSeconds = 0, afterRevision = 0 }, pause, deps }) => {
    const read = () => deps.store.deployments.need(params.id);
    const deployment = await awaitRevision({ read, clock: deps.clock, pause }, afterRevision, waitSeconds);
    return reply(200, await viewWithQueue(deps, deployment));
  },
);

export const actOnDeployment = route(
  "POST /v1/deployments/{id}/{action}",
  {
    permission: "operate",
    reach: "deployment",
    tag: "deployments",
    summary: "An operator's word; 409 with what is allowed where the status does not allow it",
    params: actionParams,
    body: actionBody,
    answers: { 200: deploymentView },
    refusals: ["action_not_allowed", "own_approval"],
  },
  async ({ params: { id, action }, body, caller, deps }) => {
    const deployment = await act(deps, id, {
      action,
      actor: caller.name,
      actorId: caller.id,
      reason: body?.reason,
    });
    return reply(200, await viewWithQueue(deps, deployment));
  },
);
