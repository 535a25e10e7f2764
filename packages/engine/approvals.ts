// An environment may ask for more approvals than a manifest does: what is submitted there is held to it, whoever submits.
import type { Spec } from "#core/domain/spec.ts";
import { atLeast } from "#core/plan/gates.ts";
import type { ControlDeps } from "./deps.ts";
import type { Submission } from "./submit.ts";

export async function heldToApprovals({ store }: ControlDeps, submission: Submission): Promise<Spec> {
  const { environment, spec } = submission;
  if (asksNobody(submission)) return spec;
  const place = await store.environments.get(environment);
  return { ...spec, rollout: atLeast(spec.rollout, place?.approvals) };
}

/** What goes back by itself must not wait for anybody, nor what takes an app away. */
function asksNobody({ trigger, wayBack = false, purpose }: Submission): boolean {
  if (purpose === "remove") return true;
  // Scaling by itself too; a person who scales is no way back.
  return wayBack && (trigger === "train" || trigger === "healing" || trigger === "scale");
}
