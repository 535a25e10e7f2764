// What was asked for of a train, checked whole before anything is recorded: every fault of every deployment, each with its path
// in the body (`stops.1.0.version`).
import { targetOf } from "#core/domain/train.ts";
import { type FieldError, TuttiError } from "#core/errors.ts";
import type { ControlDeps } from "#engine/deps.ts";
import type { Submission } from "#engine/submit.ts";
import type { MemberAsked } from "#engine/train/deps.ts";
import type { Initiator } from "../new-submission.ts";
import { MOST_DEPLOYMENTS, type TrainBody } from "../schemas/train.ts";
import { refusal } from "../validate.ts";
import { prepareMember } from "./prepare-member.ts";

export type Checked = { asked: MemberAsked; submission: Submission };

type Placed = { asked: MemberAsked; stop: number; path: string };

/** By stop. Throws `invalid_input`, or `not_supported_yet` where that is all that is wrong. */
export async function checkTrain(
  deps: Pick<ControlDeps, "store">,
  { stops }: Pick<TrainBody, "stops">,
  by: Initiator,
): Promise<Checked[][]> {
  const placed = stops.flatMap(placedIn);
  if (placed.length > MOST_DEPLOYMENTS)
    throw refusal([
      {
        path: "stops",
        message: `holds ${placed.length} deployments; a train takes at most ${MOST_DEPLOYMENTS}`,
      },
    ]);
  const faults = repeated(placed);
  const results = await Promise.all(placed.map((one) => attempt(deps, one, by)));
  const thrown = results.flatMap(({ error }) => (error ? [error] : []));
  const all = [...faults, ...thrown.flatMap((one) => one.errors)];
  const later =
    faults.length === 0 && thrown.length > 0 && thrown.every(({ code }) => code === "not_supported_yet");
  if (all.length > 0) throw refusal(all, later ? "not_supported_yet" : "invalid_input");
  return stops.map((_, stop) =>
    placed.flatMap((one, i) =>
      one.stop === stop ? [{ asked: one.asked, submission: results[i]!.submission! }] : [],
    ),
  );
}

function placedIn(entry: TrainBody["stops"][number], stop: number): Placed[] {
  if (!Array.isArray(entry)) return [{ asked: entry, stop, path: `stops.${stop}` }];
  return entry.map((asked, i) => ({ asked, stop, path: `stops.${stop}.${i}` }));
}

/** What a target goes back to would not be plain if it were moved twice. */
function repeated(placed: Placed[]): FieldError[] {
  const first = new Map<string, string>();
  return placed.flatMap(({ asked, path }) => {
    const target = targetOf(asked);
    const earlier = first.get(target);
    if (earlier === undefined) first.set(target, path);
    return earlier === undefined
      ? []
      : [{ path, message: `${target} is in this train already (${earlier})` }];
  });
}

type Attempt = { submission?: Submission; error?: { code: string; errors: FieldError[] } };

async function attempt(
  deps: Pick<ControlDeps, "store">,
  { asked, path }: Placed,
  by: Initiator,
): Promise<Attempt> {
  try {
    return { submission: await prepareMember(deps, asked, by) };
  } catch (error) {
    if (!(error instanceof TuttiError)) throw error;
    return { error: { code: error.code, errors: faultsOf(error, path) } };
  }
}

/** What has no path of its own is about the deployment; that there is no such app, about its `app`. */
function faultsOf(error: TuttiError, path: string): FieldError[] {
  if (error.errors.length > 0)
    return error.errors.map((one) => ({ ...one, path: one.path ? `${path}.${one.path}` : path }));
  return [{ path: error.code === "not_found" ? `${path}.app` : path, message: error.message }];
}
