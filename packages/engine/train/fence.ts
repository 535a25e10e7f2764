// Only the newest execution of a train may write. An older one is told so by an error that ends it quietly.
import type { Train } from "#core/domain/train.ts";
import { TuttiError } from "#core/errors.ts";

/** Throws `fenced`. */
export function assertNewest(train: Train, generation: number): void {
  if (generation >= train.generation) return;
  const detail = `Execution ${generation} of ${train.id} is over: number ${train.generation} has taken over.`;
  throw new TuttiError("fenced", detail);
}
