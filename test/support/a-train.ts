// Builders of trains and their members.
import type { Train, TrainMember } from "#core/domain/train.ts";

export function aMember(overrides: Partial<TrainMember> = {}): TrainMember {
  return {
    stop: 0,
    app: "shop",
    environment: "prod",
    version: "v2",
    status: "waiting",
    previousVersion: "v1",
    deployment: null,
    rollback: null,
    reason: "",
    ...overrides,
  };
}

export function aTrain(overrides: Partial<Train> = {}): Train {
  return {
    id: "train_1",
    name: null,
    status: "running",
    reason: "",
    revision: 1,
    createdAt: "2026-01-05T12:00:00.000Z",
    endedAt: null,
    createdBy: "ann",
    members: [aMember()],
    generation: 1,
    rounds: 0,
    abort: null,
    turned: null,
    taskToken: null,
    revivals: 0,
    ...overrides,
  };
}
