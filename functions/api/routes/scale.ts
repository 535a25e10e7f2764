// What is done to what runs, without another release: another count of replicas, or fresh copies. Each is a deployment of
// the release that runs there.
import { submit } from "#engine/submit.ts";
import { needApp } from "../find.ts";
import { restartOf, scalingOf } from "../new-submission.ts";
import { withOverride } from "../override.ts";
import { viewWithQueue } from "../queue-position.ts";
import { OF_SUBMISSIONS } from "../refusals.ts";
import { reply, route } from "../route.ts";
import { deploymentView, restartBody } from "../schemas/deployment.ts";
import { targetParams } from "../schemas/names.ts";
import { scaleBody } from "../schemas/target.ts";

export const scaleTarget = route(
  "POST /v1/targets/{app}/{env}/scale",
  {
    permission: "deploy",
    reach: { app: "path", environment: "path" },
    tag: "targets",
    summary: "Change how many replicas are wanted (202 with the deployment that does it)",
    params: targetParams,
    body: scaleBody,
    answers: { 202: deploymentView },
    refusals: ["not_supported_by_kind", "outside_scaling_bounds", ...OF_SUBMISSIONS],
  },
  async ({ params, body, caller, deps }) => {
    const app = await needApp(deps, params.app);
    const asked = { environment: params.env, replicas: body.replicas };
    const submission = await scalingOf(deps, app, asked, {
      id: caller.id,
      name: caller.name,
      traceId: caller.traceId,
    });
    return reply(202, await viewWithQueue(deps, await submit(deps, submission)));
  },
);

export const restartTarget = route(
  "POST /v1/targets/{app}/{env}/restart",
  {
    permission: "deploy",
    reach: { app: "path", environment: "path" },
    tag: "targets",
    summary:
      "Replace all copies by fresh ones of the same release, as a rollout does (202 with the deployment)",
    params: targetParams,
    body: restartBody,
    answers: { 202: deploymentView },
    refusals: ["not_supported_by_kind", ...OF_SUBMISSIONS],
  },
  async ({ params, body, caller, deps }) => {
    const app = await needApp(deps, params.app);
    const submission = await restartOf(
      deps,
      app,
      { environment: params.env },
      { id: caller.id, name: caller.name, traceId: caller.traceId },
    );
    const passing = withOverride(submission, body?.override, caller);
    return reply(202, await viewWithQueue(deps, await submit(deps, passing)));
  },
);
