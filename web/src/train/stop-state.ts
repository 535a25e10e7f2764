// How a whole stop stands, told from its members: what calls for attention counts before what is well.
import type { TrainView } from "../api.ts";

type Status = TrainView["stops"][number]["deployments"][number]["status"];

export type StopState = "ahead" | "here" | "done" | "goingBack" | "back" | "broken" | "passed";

const STATE: Record<Status, StopState> = {
  failed: "broken",
  rolling_back: "goingBack",
  running: "here",
  rolled_back: "back",
  cancelled: "back",
  succeeded: "done",
  overtaken: "passed",
  waiting: "ahead",
  skipped: "passed",
};

const FIRST: StopState[] = ["broken", "goingBack", "here", "back", "done", "ahead", "passed"];

export function stateOf(members: { status: Status }[]): StopState {
  const states = members.map(({ status }) => STATE[status]);
  return FIRST.find((one) => states.includes(one)) ?? "ahead";
}
