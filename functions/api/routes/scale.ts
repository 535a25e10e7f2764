// How many replicas a target should have: a deployment of what runs there, with another count.
import { submit } from "#engine/submit.ts";
import { needApp } from "../find.ts";
import { scalingOf } from "../new-submission.ts";
import { viewWithQueue } from "../queue-position.ts";
import { reply, route } from "../route.ts";
import { deploymentView } from "../schemas/deployment.ts";
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
  },
  async ({ params, body, caller, deps }) => {
    const app = await needApp(deps, params.app);
    const asked = { environment: params.env, replicas: body.replicas };
    const submission = await scalingOf(deps, app, asked, { name: caller.name });
    return reply(202, await viewWithQueue(deps, await submit(deps, submission)));
  },
);
