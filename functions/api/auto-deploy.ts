// Deploys a new release to every environment whose manifest says `autoDeploy: true`. One environment that refuses it
// does not keep it from the others; a failure of ours is thrown, so that whoever told of the release tells again.
import type { App } from "#core/domain/app.ts";
import type { Deployment } from "#core/domain/deployment.ts";
import type { Release } from "#core/domain/release.ts";
import { ERRORS, type ErrorCode, TuttiError } from "#core/errors.ts";
import { specOf } from "#engine/context.ts";
import type { ControlDeps } from "#engine/deps.ts";
import { ageOf, deploymentOf, type Initiator } from "./new-submission.ts";
import { type Occasion, submitOnce } from "./submit-once.ts";

export type AutoDeployed = {
  deployments: Deployment[];
  /** Those of `deployments` that an earlier telling of the same led to. */
  repeated: Deployment[];
  refused: { environment: string; code: ErrorCode; detail: string }[];
};

export async function autoDeploy(
  deps: ControlDeps,
  app: App,
  release: Release,
  { onlyNewer = false, ...by }: Initiator & { onlyNewer?: boolean },
  occasion: Occasion,
): Promise<AutoDeployed> {
  const sequences = [{ of: "releases" as const, at: ageOf(release), onlyNewer }];
  const outcome: AutoDeployed = { deployments: [], repeated: [], refused: [] };
  for (const environment of await automatic(deps, release)) {
    try {
      const submission = await deploymentOf(deps, app, { environment, version: release.version }, by);
      const { deployment, fresh } = await submitOnce(deps, occasion, { ...submission, sequences });
      outcome.deployments.push(deployment);
      if (!fresh) outcome.repeated.push(deployment);
    } catch (error) {
      outcome.refused.push({ environment, ...refusalOf(error) });
    }
  }
  return outcome;
}

/** Whether a release made now would be deployed anywhere by itself. */
export async function deploysAnywhere(deps: ControlDeps, { manifest }: App): Promise<boolean> {
  return (await automatic(deps, { manifest })).length > 0;
}

async function automatic({ store }: ControlDeps, release: Pick<Release, "manifest">): Promise<string[]> {
  const names = (await store.environments.all()).map((one) => one.name);
  return names.filter((name) => specOf(release, name).autoDeploy);
}

/** Throws what trying again may mend. A target that is busy says so for good, since its policy is `reject`. */
export function refusalOf(error: unknown): { code: ErrorCode; detail: string } {
  if (!(error instanceof TuttiError)) throw error;
  const { code, message: detail } = error;
  if (code !== "target_busy" && ERRORS[code].retryable) throw error;
  return { code, detail };
}
