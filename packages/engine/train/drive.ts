// Drive: one round of a train. It keeps the token of the state that waits, looks at its deployments, and does whatever can be done
// now. The token is kept before anything is looked at, so that no end is missed; it may run twice, and twice at once, since
// every deployment is submitted under an id that stands in the train already.
import { instant } from "#core/clock.ts";
import { isTrainEnded, type Train, type TrainMember } from "#core/domain/train.ts";
import { TuttiError } from "#core/errors.ts";
import { trainNotices } from "#core/notify/notice-of-train.ts";
import { LOG_MESSAGES } from "#core/rollout/log-messages.ts";
import { MAX_TRAIN_ROUNDS, type TrainMove, type TrainRequest } from "#core/train/messages.ts";
import { nextStop, type TrainStep } from "#core/train/next-stop.ts";
import { act } from "../act.ts";
import { chargeTrain } from "../cost.ts";
import { sendOutput } from "../wake.ts";
import { bringUpToDate } from "./bring-up-to-date.ts";
import type { TrainDeps } from "./deps.ts";
import { assertNewest } from "./fence.ts";

/** The state that drives, and the choice behind it; at the end the one that is done. */
const ROUND_TRANSITIONS = 2;
const LAST_TRANSITION = 1;

/** Throws `fenced` where a newer execution has taken over, `not_found`, and what trying again may mend. */
export async function drive(deps: TrainDeps, request: TrainRequest): Promise<void> {
  let train = await takeUp(deps, request);
  for (let stopped = false; !isTrainEnded(train); ) {
    train = await bringUpToDate(deps, request, train);
    const step = nextStop(train);
    if (step.do === "wait" || (step.do === "stop" && stopped)) break;
    stopped = step.do === "stop";
    train = await take(deps, request, train, step);
  }
  const move = moveOf(train);
  if (move) await sendOutput(deps, request.taskToken, move);
}

async function takeUp(
  deps: TrainDeps,
  { trainId, generation, taskToken, enteredAt }: TrainRequest,
): Promise<Train> {
  let isAgain = false;
  const taken = await deps.store.trains.change(trainId, (train) => {
    assertNewest(train, generation);
    isAgain = isTrainEnded(train) || enteredAt === train.enteredAt;
    const late = generation === train.generation && enteredAt < (train.enteredAt ?? "");
    if (isTrainEnded(train) || late) return null;
    const rounds = generation > train.generation ? 1 : train.rounds + 1;
    return chargeTrain({ ...train, generation, rounds, taskToken, enteredAt }, ROUND_TRANSITIONS);
  });
  // Whoever played this round before may have died between a write and what it tells of.
  if (isAgain) await deps.store.notices.tell(trainNotices(taken));
  return taken;
}

/** Nothing: it waits. */
function moveOf(train: Train): TrainMove | null {
  if (isTrainEnded(train)) return { next: "done" };
  if (train.rounds < MAX_TRAIN_ROUNDS) return null;
  return { next: "carryOn", generation: train.generation + 1 };
}

type Doing = Exclude<TrainStep, { do: "wait" }>;

async function take(deps: TrainDeps, { generation }: TrainRequest, seen: Train, step: Doing): Promise<Train> {
  if (step.do === "stop") {
    for (const index of step.members) await stop(deps, seen, seen.members[index]!);
    return seen;
  }
  const at = instant(deps.clock.now());
  const after = await deps.store.trains.change(seen.id, (train) => {
    assertNewest(train, generation);
    // Somebody else was quicker: what is next may be something else now.
    return train.revision === seen.revision ? { ...stepped(deps, train, step, at), revivals: 0 } : null;
  });
  if (step.do === "end" && after.status === "failed")
    deps.log.error(LOG_MESSAGES.trainFailed, { train: after.id, reason: after.reason });
  return after;
}

function stepped(deps: TrainDeps, train: Train, step: Exclude<Doing, { do: "stop" }>, at: string): Train {
  switch (step.do) {
    case "start":
      return each(train, step.members, (one) => ({ ...one, status: "running", deployment: deps.ids("dep") }));
    case "turn":
      return turned(train, step.reason);
    case "sendBack":
      return each(train, step.members, (one) => sentBack(deps, one));
    case "end":
      return chargeTrain(
        { ...train, status: step.status, reason: step.reason, endedAt: at, taskToken: null },
        LAST_TRANSITION,
      );
  }
}

function each(train: Train, indexes: number[], change: (member: TrainMember) => TrainMember): Train {
  return { ...train, members: train.members.map((one, i) => (indexes.includes(i) ? change(one) : one)) };
}

function turned(train: Train, reason: string): Train {
  const members = train.members.map((one) =>
    one.status === "waiting" ? { ...one, status: "skipped" as const, reason: "The train turned back." } : one,
  );
  return { ...train, members, turned: reason, reason, status: "rolling_back" };
}

/** What ran the same release before needs no deployment to run it again. */
function sentBack(deps: TrainDeps, member: TrainMember): TrainMember {
  if (member.previousVersion === member.version)
    return { ...member, status: "rolled_back", reason: `It ran ${member.version} before the train too.` };
  return { ...member, status: "rolling_back", rollback: deps.ids("dep") };
}

/** One that has ended meanwhile, or is on its way back, needs no word. */
async function stop(deps: TrainDeps, train: Train, { deployment }: TrainMember): Promise<void> {
  const actor = train.abort?.actor ?? "tutti";
  const reason = `${train.id} goes back: ${train.turned}`;
  try {
    await act(deps, deployment!, { action: "abort", actor, reason });
  } catch (error) {
    if (!(error instanceof TuttiError && error.code === "action_not_allowed")) throw error;
  }
}
