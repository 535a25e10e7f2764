// A new train: a record, then an execution. Dying in between leaves a record that the sweep starts.
import { instant } from "#core/clock.ts";
import type { Train, TrainMember } from "#core/domain/train.ts";
import type { MemberAsked, TrainControl } from "./deps.ts";

export type TrainAsked = {
  name: string | null;
  stops: MemberAsked[][];
  createdBy: string;
  createdById?: string;
  /** Of the trace that asks for it; without one, one begins here. */
  traceId?: string | undefined;
};

export async function depart(
  deps: TrainControl,
  { name, stops, createdBy, createdById, ...asked }: TrainAsked,
): Promise<Train> {
  const traceId = asked.traceId ?? deps.newTraceId?.();
  const members = stops.flatMap((stop, index) => stop.map((asked) => memberOf(asked, index)));
  const train = await deps.store.trains.create({
    id: deps.ids("train"),
    name,
    status: "running",
    reason: "",
    revision: 1,
    createdAt: instant(deps.clock.now()),
    endedAt: null,
    createdBy,
    ...(createdById === undefined ? {} : { createdById }),
    ...(traceId === undefined ? {} : { traceId }),
    members: await Promise.all(members.map((one) => withRelease(deps, one))),
    generation: 1,
    rounds: 0,
    abort: null,
    turned: null,
    taskToken: null,
    revivals: 0,
  });
  await startTrain(deps, train);
  return train;
}

function memberOf({ rollout, onConflict, ...asked }: MemberAsked, stop: number): TrainMember {
  return {
    stop,
    ...asked,
    ...(rollout === undefined ? {} : { rollout }),
    ...(onConflict === undefined ? {} : { onConflict }),
    status: "waiting",
    previousVersion: null,
    deployment: null,
    rollback: null,
    reason: "",
  };
}

async function withRelease({ store }: TrainControl, member: TrainMember): Promise<TrainMember> {
  return { ...member, previousVersion: (await store.targets.get(member))?.release ?? null };
}

export function trainExecutionName({ id, generation }: Pick<Train, "id" | "generation">): string {
  return `${id}-${generation}`;
}

/** What cannot be started now is left to the sweep. */
export async function startTrain(deps: TrainControl, train: Train): Promise<void> {
  const { id: trainId, generation, traceId } = train;
  const input = { trainId, generation, ...(traceId === undefined ? {} : { traceId }) };
  try {
    await deps.trainExecutions.start(trainExecutionName(train), input);
  } catch (error) {
    deps.log.error("a train could not be started; the sweep will", { train: trainId, error: String(error) });
  }
}
