// The CI hook: its secret, and the signed call that registers a release and deploys it. Nobody needs a token for the call.
import { instant } from "#core/clock.ts";
import { deploymentView } from "#core/views.ts";
import { autoDeploy } from "../auto-deploy.ts";
import { needApp } from "../find.ts";
import { newHookSecret } from "../hooks/signature.ts";
import { deploymentOf } from "../new-submission.ts";
import { OF_SUBMISSIONS } from "../refusals.ts";
import { registerFrom } from "../register-release.ts";
import { reply, route } from "../route.ts";
import { hookAnswer, hookBody, hookSecretView } from "../schemas/hook.ts";
import { appParams } from "../schemas/names.ts";
import { releaseViewOf } from "../schemas/release.ts";
import { submitOnce } from "../submit-once.ts";

export const createHookSecret = route(
  "POST /v1/apps/{app}/hook-secret",
  {
    permission: "operate",
    // Whoever holds the secret deploys to any environment of the app.
    reach: { app: "path", environment: "every" },
    tag: "hooks",
    summary: "Make a new secret for the app's CI hook; it is shown in this answer and never again",
    params: appParams,
    answers: { 201: hookSecretView },
    kept: (body) => ({ ...(body as object), secret: null }),
  },
  async ({ params, deps }) => {
    const { app } = await needApp(deps, params.app);
    const secret = newHookSecret();
    await deps.hookSecrets.put(app, secret);
    return reply(201, { app, secret, createdAt: instant(deps.clock.now()) });
  },
);

export const callHook = route(
  "POST /v1/hooks/{app}",
  {
    permission: "signed",
    reach: { app: "path", environment: "body" },
    tag: "hooks",
    summary: "Register a release and deploy it where named, or where the manifest says autoDeploy",
    params: appParams,
    body: hookBody,
    answers: { 202: hookAnswer },
    refusals: ["replayed", "version_exists", "not_supported_by_kind", ...OF_SUBMISSIONS],
  },
  async ({ params, body: { version, artifact, commit, environment }, caller, deps }) => {
    const app = await needApp(deps, params.app);
    const { release } = await registerFrom(deps, app, { version, artifact, commit }, caller.name);
    const shown = releaseViewOf(release);
    const occasion = { scope: `hook:${app.app}`, key: caller.signature ?? release.id };
    const by = { name: caller.name, client: "hook" as const };
    if (environment === undefined) {
      const { deployments, refused } = await autoDeploy(deps, app, release, by, occasion);
      return reply(202, {
        release: shown,
        deployments: deployments.map((one) => deploymentView(one)),
        refused,
      });
    }
    const submission = await deploymentOf(deps, app, { environment, version }, by);
    const { deployment } = await submitOnce(deps, occasion, submission);
    return reply(202, { release: shown, deployments: [deploymentView(deployment)], refused: [] });
  },
);
