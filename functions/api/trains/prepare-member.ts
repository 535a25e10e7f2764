// One deployment of a train, checked as it stands now and made into what the engine takes.
import type { ControlDeps } from "#engine/deps.ts";
import type { Submission } from "#engine/submit.ts";
import type { MemberAsked } from "#engine/train/deps.ts";
import { needApp } from "../find.ts";
import { deploymentOf, type Initiator } from "../new-submission.ts";

/** Throws what a deployment of its own would be refused with. */
export async function prepareMember(
  deps: Pick<ControlDeps, "store">,
  { app, ...asked }: MemberAsked,
  by: Initiator,
): Promise<Submission> {
  return deploymentOf(deps, await needApp(deps, app), asked, by);
}
