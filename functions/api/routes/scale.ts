// How many replicas a target should have: a deployment of what runs there, with another count.
import { TuttiError } from "#core/errors.ts";
import { route } from "../route.ts";
import { deploymentView } from "../schemas/deployment.ts";
import { targetParams } from "../schemas/names.ts";
import { scaleBody } from "../schemas/target.ts";

export const scaleTarget = route(
  "POST /v1/targets/{app}/{env}/scale",
  {
    permission: "deploy",
    tag: "targets",
    summary: "Change how many replicas are wanted (202 with the deployment that does it)",
    params: targetParams,
    body: scaleBody,
    answers: { 202: deploymentView },
  },
  async ({ params, deps }) => {
    await deps.store.targets.need({ app: params.app, environment: params.env });
    throw new TuttiError(
      "not_supported_yet",
      "Scaling is not built yet; change `replicas` in the manifest and deploy.",
    );
  },
);
