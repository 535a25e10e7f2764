// A train's status as notices: one for each environment that it stops in, whose receivers are told.
import { NOTICE_SCHEMA, type Notice } from "../domain/notice.ts";
import { type Train, targetOf } from "../domain/train.ts";

export function trainNotices(train: Train): Notice[] {
  const { statusAt: at = train.endedAt ?? train.createdAt } = train;
  const { id, name, status, reason, revision, createdBy, createdAt, endedAt, members } = train;
  const part = { id, name, status, reason, revision, createdBy, createdAt, endedAt };
  const environments = [...new Set(members.map((one) => one.environment))];
  return environments.map((environment) => ({
    schema: NOTICE_SCHEMA,
    id: `${id}-${status}-${environment}`,
    type: `train.${status}`,
    at,
    app: null,
    environment,
    kind: null,
    message: messageOf(train),
    train: { ...part, targets: members.map(targetOf) },
  }));
}

function messageOf({ id, name, status, reason, members, createdBy }: Train): string {
  const what = name === null ? `Train ${id}` : `Train ${name}`;
  const count = members.length === 1 ? "1 deployment" : `${members.length} deployments`;
  if (status === "running") return `${what} departs with ${count}, by ${createdBy}.`;
  return `${what} ${WORDS[status]}: ${reason}`;
}

const WORDS: Record<Exclude<Train["status"], "running">, string> = {
  rolling_back: "goes back",
  succeeded: "has arrived",
  rolled_back: "went back",
  failed: "failed",
  cancelled: "was cancelled",
};
