// Makes of an image that was pushed to <installation>/<app> a release, its tag the version, and deploys it where the
// manifest says autoDeploy. Where it says so nowhere nothing happens at all: a push alone is not a wish to release.
import { instant } from "#core/clock.ts";
import type { App } from "#core/domain/app.ts";
import { HOLD_PREFIX } from "#core/domain/kept-image.ts";
import { TuttiError } from "#core/errors.ts";
import type { ControlDeps } from "#engine/deps.ts";
import { autoDeploy, deploysAnywhere } from "#functions/api/auto-deploy.ts";
import { needApp } from "#functions/api/find.ts";
import { registerImage } from "#functions/api/register-release.ts";
import { appName, versionText } from "#functions/api/schemas/names.ts";
import type { ImageRegistry } from "#functions/deps/image-registry.ts";
import { audited, type Outcome, outcomeOfRelease } from "./event-audit.ts";

export type ImageDeps = ControlDeps & {
  registry: ImageRegistry;
  /** `<installation>/`: what the name of an app's repository begins with. */
  repositoryPrefix: string;
};

/** "Amazon ECR events and EventBridge" in the ECR User Guide: the event of a completed push. */
export type ImagePushed = {
  time: string;
  detail: { "repository-name": string; "image-digest": string; "image-tag"?: string };
};

const BY = { name: "ecr", client: "ecr", onlyNewer: true } as const;

type Pushed = { repository: string; tag: string; digest: string; pushedAt: string };

export async function takeImage(deps: ImageDeps, { time, detail }: ImagePushed): Promise<void> {
  const { "repository-name": repository, "image-digest": digest, "image-tag": tag } = detail;
  // The images of a list are pushed without a tag before the list itself; releases' own tags are none of a build's.
  if (!tag || tag.startsWith(HOLD_PREFIX)) return;
  const pushed = { repository, tag, digest, pushedAt: instant(Date.parse(time)) };
  const name = repository.slice(deps.repositoryPrefix.length);
  const about = `${deps.registry.host}/${repository}:${tag}`;
  const app = appName.safeParse(name).success ? await deps.store.apps.get(name) : null;
  if (app && !(await deploysAnywhere(deps, app))) return;
  const place = app ? { app: name } : {};
  await audited(deps, { actor: BY.name, about, ...place }, async () =>
    release(deps, app ?? (await needApp(deps, name)), pushed),
  );
}

async function release(deps: ImageDeps, app: App, pushed: Pushed): Promise<Outcome> {
  const { repository, tag, digest, pushedAt } = pushed;
  if (!versionText.safeParse(tag).success)
    throw new TuttiError("invalid_input", `The tag ${tag} is no version: ${VERSION_RULE}`);
  const image = `${deps.registry.host}/${repository}@${digest}`;
  const { release, created } = await registerImage(deps, app, { version: tag, image, pushedAt }, BY.name);
  const occasion = { scope: "event:ecr", key: `${app.app}/${release.id}` };
  return outcomeOfRelease(tag, created, await autoDeploy(deps, app, release, BY, occasion));
}

const VERSION_RULE = "it is 1 to 64 of letters, digits and ._+-, and begins with a letter or digit.";
