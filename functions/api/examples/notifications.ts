// Of the document's story: who is told, and what came of it.
import { CREATED_AT, ENDED_AT, STARTED_AT } from "./apps.ts";

export const RECEIVER = {
  name: "release-room",
  kind: "slack",
  urlSecret: "release-room",
  events: ["deployment.roll*", "deployment.succeeded"],
  apps: ["*"],
};

export const NOTIFICATION = {
  id: "ntf_01kaz5",
  createdAt: STARTED_AT,
  app: "storefront",
  environment: "prod",
  deployment: "dep_01kaz5",
  version: "v2",
  train: null,
  event: { id: "dep_01kaz5-2", type: "deployment.running", at: CREATED_AT },
  message: "3 steps to v2.",
  receiver: { name: "release-room", kind: "slack" },
  status: "delivered",
  attempts: 2,
  attemptedAt: ENDED_AT,
  nextAttemptAt: null,
  deliveredAt: ENDED_AT,
  answered: 200,
  detail: "answered 200",
};
