// Sees to it that the image of a release stands: looks for it, starts the image workflow where it is missing, watches it.
// The execution is named after what makes the image, so that it never runs twice at once; a name that has ended cannot be
// used again for 90 days (Step Functions API, StartExecution), so a number follows.
import type { DescribeExecutionOutput } from "@aws-sdk/client-sfn";
import type { Elsewhere } from "#core/domain/cost.ts";
import type { NewEvent } from "#core/domain/event.ts";
import type { Step } from "#core/domain/step.ts";
import type { Observation, TargetContext } from "#core/driver/driver.ts";
import type { Vm } from "../client.ts";
import { typeFor } from "../instance-type.ts";
import { readVersions } from "../template.ts";
import { ABANDONED, describe, executionName, stageOf, start } from "./executions.ts";
import { imageOf, type Standing } from "./find.ts";
import { type ImageRequest, imageRequest } from "./request.ts";
import { usedBy } from "./used.ts";

/** `execution`: the name under which it was started or found. */
export type ImageState = { execution: string };

export type Preparation =
  | { phase: "ready"; image: Standing; events: NewEvent[]; used?: Elsewhere }
  | { phase: "running"; state: ImageState; observations: Observation[] }
  | { phase: "failed"; reason: string };

export const MOST_ATTEMPTS = 50;

export async function prepareImage(
  vm: Vm,
  target: TargetContext,
  step: Pick<Step, "version" | "startedAt">,
  state: ImageState | null,
): Promise<Preparation> {
  const release = await target.release(step.version!);
  const image = await imageOf(vm, target, release);
  if (image) return state ? waitedFor(vm, image, state) : { phase: "ready", image, events: [] };
  const instanceType = await typeFor(vm, target, release.id, () => readVersions(vm, target));
  const request = imageRequest(target, release, { namePrefix: vm.namePrefix, instanceType });
  const known = state ? { name: state.execution, execution: await describe(vm, state.execution) } : null;
  // Who began it wants it no more, but we do.
  const { name, execution } =
    known && known.execution?.error !== ABANDONED
      ? known
      : await begin(vm, request, oursSince(step.startedAt, target.clock.now()));
  if (execution === null) return { phase: "failed", reason: `The image workflow ${name} is gone.` };
  if (execution.status === "RUNNING" || execution.status === "SUCCEEDED")
    return {
      phase: "running",
      state: { execution: name },
      observations: [await whereIs(vm, name, execution)],
    };
  return { phase: "failed", reason: reasonOf(execution, step.version!) };
}

/** Of an image that several waited for each shows what it took. */
async function waitedFor(vm: Vm, image: Standing, { execution }: ImageState): Promise<Preparation> {
  return { phase: "ready", image, events: [baked(image)], used: await usedBy(vm, execution) };
}

function baked({ id, version }: Standing): NewEvent {
  return { type: "note", message: `The image of ${version} is ${id}.` };
}

function reasonOf({ status, cause }: DescribeExecutionOutput, version: string): string {
  return `The image of ${version} could not be made: ${cause || `the workflow ended ${status}`}`;
}

/** The first number that is free, or under way. One that failed before this step began belongs to an earlier attempt, and so does one that was abandoned. */
async function begin(vm: Vm, request: ImageRequest, isOurs: (execution: DescribeExecutionOutput) => boolean) {
  for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
    const name = executionName(request, attempt);
    const execution = (await describe(vm, name)) ?? (await start(vm, name, request));
    const ours = execution.error !== ABANDONED && isOurs(execution);
    if (ours || execution.status === "RUNNING") return { name, execution };
  }
  return { name: `${request.app}-${request.key.slice(0, 24)}`, execution: null };
}

const FIRST_PAUSE_MS = 5 * 60_000;
const LONGEST_PAUSE_MS = 24 * 3_600_000;

/**
 * Which execution that has ended speaks for this attempt. A step's are those that ended after it began. Healing has no
 * such moment, and comes every minute: there each bake that failed holds for a pause that doubles, up to a day.
 */
export function oursSince(startedAt: string | null, nowMs: number) {
  let failed = 0;
  return ({ status, stopDate }: Pick<DescribeExecutionOutput, "status" | "stopDate">): boolean => {
    const endedAt = stopDate?.getTime() ?? Number.POSITIVE_INFINITY;
    if (startedAt !== null) return endedAt >= Date.parse(startedAt);
    if (status === "SUCCEEDED") return endedAt >= nowMs;
    const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failed++);
    return nowMs < endedAt + pauseMs;
  };
}

/** The state that it is in is the replica's name, so that each new one counts as movement. */
async function whereIs(
  vm: Vm,
  name: string,
  { status }: Pick<DescribeExecutionOutput, "status">,
): Promise<Observation> {
  const stage = status === "SUCCEEDED" ? "made" : await stageOf(vm, name);
  return {
    replica: `image: ${stage}`,
    version: null,
    health: "starting",
    reachable: true,
    hopeless: false,
    serving: false,
    detail: stage,
  };
}
