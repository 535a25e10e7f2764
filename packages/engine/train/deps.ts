// What trains are handed besides what every deployment needs.
import type { RolloutPolicy } from "#core/domain/spec.ts";
import type { TrainInput } from "#core/train/messages.ts";
import type { ControlDeps, Executions } from "../deps.ts";
import type { Submission } from "../submit.ts";

/** Of the train workflow. */
export type TrainExecutions = Executions<TrainInput>;

export type TrainControl = ControlDeps & { trainExecutions: TrainExecutions };

export type MemberAsked = {
  app: string;
  environment: string;
  version: string;
  rollout?: Record<string, unknown> | undefined;
  onConflict?: RolloutPolicy["onConflict"] | undefined;
};

export type TrainDeps = ControlDeps & {
  /** What was asked for, checked as it stands now. Throws errors of the table. */
  prepare(asked: MemberAsked, createdBy: string): Promise<Submission>;
};
