// What became of a train's deployments, written into the train; and those that stand in the train and were never recorded are
// submitted. One that is refused for good counts as cancelled, or, on the way back, as not back.
import { type Deployment, type EndStatus, isEnded } from "#core/domain/deployment.ts";
import type { Train, TrainMember } from "#core/domain/train.ts";
import { ERRORS, TuttiError } from "#core/errors.ts";
import { idTime } from "#core/ids.ts";
import { dollarsOf } from "#core/plan/dollars.ts";
import { act } from "../act.ts";
import { NEVER_COMES_MS, startNext } from "../start.ts";
import { type Submission, submit } from "../submit.ts";
import type { TrainDeps } from "./deps.ts";
import { assertNewest } from "./fence.ts";

type Caller = { generation: number };

export async function bringUpToDate(deps: TrainDeps, caller: Caller, train: Train): Promise<Train> {
  const seen = await Promise.all(train.members.map((one) => look(deps, train, one)));
  if (seen.every((one, i) => one === train.members[i])) return train;
  const after = await deps.store.trains.change(train.id, (before) => {
    assertNewest(before, caller.generation);
    const members = before.members.map((one, i) => (sameState(one, train.members[i]!) ? seen[i]! : one));
    return { ...before, members, revivals: 0 };
  });
  const givenUp = train.members.filter((one, i) => isSubmitted(seen[i]!) && seen[i] !== one);
  for (const one of givenUp) await takeBack(deps, after, idOf(one));
  return givenUp.length > 0 ? bringUpToDate(deps, caller, after) : after;
}

function sameState(a: TrainMember, b: TrainMember): boolean {
  return a.status === b.status && a.deployment === b.deployment && a.rollback === b.rollback;
}

function isSubmitted({ status }: TrainMember): boolean {
  return status === "running" || status === "rolling_back";
}

function idOf({ status, deployment, rollback }: TrainMember): string {
  return (status === "rolling_back" ? rollback : deployment)!;
}

/** The member as it stands now; the same object where nothing is new. */
async function look(deps: TrainDeps, train: Train, member: TrainMember): Promise<TrainMember> {
  if (!isSubmitted(member)) return member;
  const back = member.status === "rolling_back";
  const id = idOf(member);
  const deployment = await deps.store.deployments.get(id);
  if (!deployment) return enter(deps, train, member, id);
  if (!isEnded(deployment.status)) return member;
  const after = back
    ? afterWayBack(member, deployment)
    : afterItsDeployment(member, deployment, deployment.status);
  return { ...after, dollars: (member.dollars ?? 0) + dollarsOf(deployment.cost) };
}

function afterItsDeployment(member: TrainMember, deployment: Deployment, status: EndStatus): TrainMember {
  const { previousVersion, reason } = deployment;
  return { ...member, status, previousVersion, reason: status === "succeeded" ? "" : reason };
}

function afterWayBack(member: TrainMember, { status, reason, purpose }: Deployment): TrainMember {
  if (purpose === "remove" && status === "rolled_back")
    return { ...member, status: "rolled_back", reason: "Removed again: nothing ran there before." };
  if (status === "succeeded")
    return { ...member, status: "rolled_back", reason: `Put back to ${member.previousVersion}.` };
  return { ...member, status: "failed", reason };
}

/** Its deployment is not recorded: nobody came to it yet, or whoever did has died. */
async function enter(deps: TrainDeps, train: Train, member: TrainMember, id: string): Promise<TrainMember> {
  const back = member.status === "rolling_back";
  if (deps.clock.now() - idTime(id) > NEVER_COMES_MS) return redrawn(deps, member, id);
  try {
    if (back && (await isOvertaken(deps, member))) {
      const reason = "Something else was deployed there after the train: left alone.";
      return { ...member, status: "overtaken", reason };
    }
    const submission = await (back ? wayBackOf : wayThereOf)(deps, train, member);
    const by = { createdById: train.createdById, traceId: train.traceId, wayBack: back };
    await submit(deps, { ...submission, ...by, id, train: train.id, trigger: "train" });
    await takeBack(deps, await deps.store.trains.need(train.id), id);
    return member;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return { ...member, status: back ? "failed" : "cancelled", reason: error.message };
  }
}

/**
 * A round that stalled, or that began late, records a deployment that another round has given up meanwhile: one of the two sees the other,
 * since each looks when it has written. What the train no longer names does not run.
 */
async function takeBack(deps: TrainDeps, { id, members }: Train, deployment: string): Promise<void> {
  if (members.some((one) => one.deployment === deployment || one.rollback === deployment)) return;
  try {
    await act(deps, deployment, { action: "abort", actor: "tutti", reason: `${id} has asked for it anew` });
  } catch (error) {
    const nothing = ["not_found", "action_not_allowed"];
    if (!(error instanceof TuttiError && nothing.includes(error.code))) throw error;
  }
}

/** A place that was taken under an id so old is given up by whoever finds it; so a fresh one is drawn. */
async function redrawn(deps: TrainDeps, member: TrainMember, id: string): Promise<TrainMember> {
  if (await deps.store.targets.get(member)) {
    const { next } = await deps.store.targets.release(member, id);
    if (next) await startNext(deps, member, next);
  }
  const fresh = deps.ids("dep");
  return member.status === "rolling_back" ? { ...member, rollback: fresh } : { ...member, deployment: fresh };
}

/** Its own deployment may not have settled the target yet; anything else on it is somebody's newer work. */
async function isOvertaken({ store }: TrainDeps, member: TrainMember): Promise<boolean> {
  const target = await store.targets.get(member);
  return target?.release !== member.version && target?.lock?.owner !== member.deployment;
}

function wayThereOf(
  deps: TrainDeps,
  { createdBy }: Train,
  { app, environment, version, rollout, onConflict }: TrainMember,
): Promise<Submission> {
  return deps.prepare({ app, environment, version, rollout, onConflict }, createdBy);
}

/** As a rollback does, it supersedes; as a deployment's own way back, it asks nobody. */
async function wayBackOf(deps: TrainDeps, { createdBy }: Train, member: TrainMember): Promise<Submission> {
  const { app, environment, previousVersion } = member;
  const asked = { app, environment, rollout: { approval: "none" }, onConflict: "supersede" as const };
  if (previousVersion !== null) return deps.prepare({ ...asked, version: previousVersion }, createdBy);
  return { ...(await deps.prepare({ ...asked, version: member.version }, createdBy)), purpose: "remove" };
}

/** Asking again would be answered the same; a busy target says so for good, since its policy is `reject`. */
function isRefusal(error: unknown): error is TuttiError {
  return error instanceof TuttiError && (error.code === "target_busy" || !ERRORS[error.code].retryable);
}
