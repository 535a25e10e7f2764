// What a deployment's end means for its target, from the moment that it has ended: whether the lock has been given back or not. Pure.
import { type Deployment, startsEveryCopy } from "#core/domain/deployment.ts";
import { NOTHING_WRONG } from "#core/domain/healing.ts";
import type { Target } from "#core/domain/target.ts";

const HISTORY = 50;

export function settledTarget(target: Target, deployment: Deployment): Target {
  return endedWith(withSecretVersions(target, deployment), deployment);
}

/** A release that did not come leaves copies that have read nothing new. A restart that failed has been the answer to a rotation: it is not asked for again and again. */
function withSecretVersions(target: Target, { status, purpose, secretVersions }: Deployment): Target {
  const counts = status === "succeeded" || purpose === "restart";
  return secretVersions && counts ? { ...target, secretVersions } : target;
}

function endedWith(target: Target, deployment: Deployment): Target {
  const { status, version, health, changed, reason, purpose } = deployment;
  if (status === "succeeded") {
    const { healing: _over, watched: _before, ...rest } = target;
    const history = target.history[0] === version ? target.history : [version, ...target.history];
    return {
      ...rest,
      ...watchedAfter(target, deployment),
      ...(target.identity && startsEveryCopy(deployment, deployment.previousVersion)
        ? { holdsIdentity: true }
        : {}),
      release: version,
      desired: health.desired,
      history: history.slice(0, HISTORY),
      degraded: null,
    };
  }
  if (status === "failed") return { ...target, degraded: reason };
  const { healing, ...others } = target;
  // What a deployment that failed was to restore is tried again, and more seldom.
  const mended =
    purpose === "restore" && healing?.amiss
      ? { ...others, healing: { ...NOTHING_WRONG, amiss: healing.amiss } }
      : others;
  if (purpose === "remove" && status === "rolled_back")
    return { ...mended, release: null, desired: 0, degraded: null };
  return status === "rolled_back" && changed ? { ...mended, degraded: null } : target;
}

/** A release that has come forward is watched; one that was gone back to is not, so that nothing swings to and fro. */
function watchedAfter(target: Target, deployment: Deployment): Pick<Target, "watched"> {
  const { version, purpose, wayBack, trigger, endedAt } = deployment;
  const { release, watched } = target;
  const same = purpose !== undefined || release === version;
  if (same) return watched ? { watched } : {};
  const back = wayBack || trigger === "rollback" || trigger === "healing";
  return back || release === null ? {} : { watched: { version, before: release, since: endedAt! } };
}
