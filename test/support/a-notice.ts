// Builders of notices and of those who are told.
import type { Notice } from "#core/domain/notice.ts";
import type { Receiver } from "#core/domain/receiver.ts";

type Told = NonNullable<Notice["deployment"]>;
type Overrides = Partial<Omit<Notice, "deployment">> & { deployment?: Partial<Told> };

export function aNotice({ deployment, ...overrides }: Overrides = {}): Notice {
  return {
    schema: 1,
    id: "dep_1-4",
    type: "deployment.rolling_back",
    at: "2026-01-05T12:00:00.000Z",
    app: "shop",
    environment: "prod",
    kind: "server",
    message: "Batch 1 of 3: web-1 answered 500.",
    ...overrides,
    deployment: {
      id: "dep_1",
      version: "v3",
      previousVersion: "v2",
      status: "rolling_back",
      reason: "",
      revision: 9,
      createdAt: "2026-01-05T11:59:00.000Z",
      createdBy: "ann",
      trigger: "api",
      train: null,
      startedAt: "2026-01-05T11:59:01.000Z",
      endedAt: null,
      ...deployment,
    },
  };
}

export function aReceiver(overrides: Partial<Receiver> = {}): Receiver {
  return {
    name: "ops",
    kind: "webhook",
    url: "https://ops.example.com/tutti",
    events: ["*"],
    apps: ["*"],
    ...overrides,
  };
}
