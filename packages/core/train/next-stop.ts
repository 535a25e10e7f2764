// What a train does next, read off the train alone: asked twice it says the same. Its members' statuses are brought up to date
// from their deployments before.
import { isTrainEnded, type MemberStatus, type Train, type TrainMember, targetOf } from "../domain/train.ts";

export type TrainStep =
  /** These members, by index, are next. */
  | { do: "start"; members: number[] }
  /** One of them failed, or somebody asked for the end: nothing more is started. */
  | { do: "turn"; reason: string }
  /** These are under way on a train that goes back. */
  | { do: "stop"; members: number[] }
  /** These are put back now, side by side. */
  | { do: "sendBack"; members: number[] }
  | { do: "wait" }
  | { do: "end"; status: "succeeded" | "rolled_back" | "failed" | "cancelled"; reason: string };

export function nextStop(train: Train): TrainStep {
  if (isTrainEnded(train)) return { do: "wait" };
  return train.turned === null ? forward(train) : back(train, train.turned);
}

const ENDED_OTHERWISE: readonly MemberStatus[] = ["rolled_back", "cancelled", "failed"];

function forward({ members, abort }: Train): TrainStep {
  if (abort) return { do: "turn", reason: abortReason(abort) };
  const culprit = members.find((one) => ENDED_OTHERWISE.includes(one.status));
  if (culprit) return { do: "turn", reason: failureOf(culprit) };
  const current = members.find((one) => one.status !== "succeeded");
  if (!current) return { do: "end", status: "succeeded", reason: successReason(members) };
  const due = indexesOf(members, (one) => one.stop === current.stop && one.status === "waiting");
  return due.length > 0 ? { do: "start", members: due } : { do: "wait" };
}

/** Stop by stop from the last one; what is still under way ends first. */
function back(train: Train, reason: string): TrainStep {
  const { members } = train;
  const running = indexesOf(members, (one) => one.status === "running");
  if (running.length > 0) return { do: "stop", members: running };
  if (members.some((one) => one.status === "rolling_back")) return { do: "wait" };
  const last = members.findLast((one) => one.status === "succeeded");
  if (!last) return endOf(members, reason);
  return {
    do: "sendBack",
    members: indexesOf(members, (one) => one.stop === last.stop && one.status === "succeeded"),
  };
}

function endOf(members: TrainMember[], reason: string): TrainStep {
  const stuck = members.filter((one) => one.status === "failed");
  const changed = members.some((one) => one.status !== "cancelled" && one.status !== "skipped");
  if (stuck.length > 0) {
    const where = stuck.map((one) => `${targetOf(one)}: ${sentence(one.reason)}`).join(" ");
    const mend = "Mend it and deploy again, or roll back by hand.";
    return { do: "end", status: "failed", reason: `${reason} Not back on its release: ${where} ${mend}` };
  }
  if (!changed) return { do: "end", status: "cancelled", reason: `${reason} Nothing had been changed.` };
  return { do: "end", status: "rolled_back", reason: [reason, ...whereaboutsOf(members)].join(" ") };
}

/** Where everything stands, in words. */
function whereaboutsOf(members: TrainMember[]): string[] {
  const named = (status: MemberStatus) => members.filter((one) => one.status === status);
  const lines: [string, string[]][] = [
    ["Back", named("rolled_back").map((one) => `${targetOf(one)} (${one.previousVersion ?? "removed"})`)],
    ["Overtaken by another deployment and left alone", named("overtaken").map(targetOf)],
    ["Never started", named("skipped").map(targetOf)],
  ];
  return lines.flatMap(([what, targets]) => (targets.length > 0 ? [`${what}: ${targets.join(", ")}.`] : []));
}

function failureOf(member: TrainMember): string {
  const how: Partial<Record<MemberStatus, string>> = {
    rolled_back: "rolled back",
    cancelled: "did not run",
    failed: "failed",
  };
  return `${targetOf(member)} ${how[member.status]}: ${sentence(member.reason)}`;
}

function abortReason({ actor, reason }: NonNullable<Train["abort"]>): string {
  return reason ? `Aborted by ${actor}: ${sentence(reason)}` : `Aborted by ${actor}.`;
}

function successReason(members: TrainMember[]): string {
  return members.length === 1 ? "Its deployment succeeded." : `All ${members.length} deployments succeeded.`;
}

function indexesOf(members: TrainMember[], holds: (member: TrainMember) => boolean): number[] {
  return members.flatMap((one, index) => (holds(one) ? [index] : []));
}

function sentence(text: string): string {
  return `${text.replace(/[.\s]+$/, "")}.`;
}
