// The sweep's look at the trains that are open: one whose execution ended or never began is carried on, one that missed its wake-up
// is woken, and one that does not move however often it is carried on is closed.
import { instant } from "#core/clock.ts";
import { isEnded } from "#core/domain/deployment.ts";
import { isTrainEnded, type Train, type TrainMember, targetOf } from "#core/domain/train.ts";
import { idTime } from "#core/ids.ts";
import { LOG_MESSAGES } from "#core/rollout/log-messages.ts";
import { startTrain, trainExecutionName } from "./depart.ts";
import type { TrainControl } from "./deps.ts";
import { wakeTrain } from "./wake-train.ts";

export type TrainMended = { train: string; action: string };

/** What is younger is somebody's work of this moment. */
const YOUNG_MS = 15_000;
const MOST_REVIVALS = 5;

export async function sweepTrains(deps: TrainControl): Promise<TrainMended[]> {
  const mended: TrainMended[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await deps.store.trains.listOpen({ limit: 50, cursor });
    cursor = page.cursor;
    for (const train of page.items) {
      const action = await sweepTrain(deps, train);
      if (action) mended.push({ train: train.id, action });
    }
  }
  return mended;
}

/** One train's trouble is not another's. */
async function sweepTrain(deps: TrainControl, train: Train): Promise<string | null> {
  try {
    return isTrainEnded(train) ? null : await lookAfter(deps, train);
  } catch (error) {
    deps.log.error("a train could not be swept", { train: train.id, error: String(error) });
    return null;
  }
}

async function lookAfter(deps: TrainControl, train: Train): Promise<string | null> {
  const execution = await deps.trainExecutions.describe(trainExecutionName(train));
  if (execution === "ended") return carryOn(deps, train);
  if (execution === "missing") {
    if (deps.clock.now() - idTime(train.id) < YOUNG_MS) return null;
    await startTrain(deps, train);
    return "started it";
  }
  if (!(await hasNews(deps, train))) return null;
  await wakeTrain(deps, train.id);
  return "woke it";
}

async function hasNews({ store }: TrainControl, train: Train): Promise<boolean> {
  if (train.abort && train.turned === null) return true;
  const ids = train.members.flatMap(underWay);
  const deployments = await Promise.all(ids.map((id) => store.deployments.get(id)));
  return deployments.some((one) => !one || isEnded(one.status));
}

function underWay({ status, deployment, rollback }: TrainMember): string[] {
  if (status === "running") return [deployment!];
  return status === "rolling_back" ? [rollback!] : [];
}

async function carryOn(deps: TrainControl, ended: Train): Promise<string | null> {
  if (ended.revivals >= MOST_REVIVALS) return close(deps, ended);
  const train = await deps.store.trains.change(ended.id, (before) => {
    if (isTrainEnded(before) || before.generation !== ended.generation) return null;
    const { generation, revivals } = before;
    return {
      ...before,
      generation: generation + 1,
      rounds: 0,
      taskToken: null,
      revivals: revivals + 1,
    };
  });
  if (isTrainEnded(train)) return null;
  deps.log.warn(LOG_MESSAGES.carriedOn, { train: ended.id, generation: train.generation });
  await startTrain(deps, train);
  return "carried it on in a fresh execution";
}

/** What is under way goes on by itself, and the reason says where to look. */
async function close(deps: TrainControl, ended: Train): Promise<string> {
  const endedAt = instant(deps.clock.now());
  const after = await deps.store.trains.change(ended.id, (train) => {
    if (isTrainEnded(train)) return null;
    const open = train.members.filter((one) => ["running", "rolling_back", "waiting"].includes(one.status));
    const where = open.map((one) => `${targetOf(one)} (${one.status})`).join(", ");
    const reason = `${MOST_REVIVALS} executions in a row ended without moving it on. Open: ${where || "nothing"}. Look at them and end it by hand.`;
    return { ...train, status: "failed", reason, endedAt, taskToken: null };
  });
  deps.log.error(LOG_MESSAGES.trainFailed, { train: ended.id, reason: after.reason });
  return "closed it";
}
