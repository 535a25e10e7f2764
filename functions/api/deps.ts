// What the API needs from outside itself: handed in by the handler, and by tests their own.
import type { Clock } from "#core/clock.ts";
import type { Deployment, Trigger } from "#core/domain/deployment.ts";
import type { Kind } from "#core/domain/kind.ts";
import type { RolloutPolicy } from "#core/domain/spec.ts";
import type { IdSource } from "#core/ids.ts";
import type { RolloutOverride } from "#core/manifest/schema.ts";
import type { DirectRequest } from "#core/rollout/messages.ts";
import type { DeploymentAction } from "#core/rollout/statuses.ts";
import type { Store } from "#store/store.ts";

export type ApiDeps = {
  store: Store;
  /** Asks the driver function of a kind, and waits for its answer. Throws a TuttiError. */
  askDriver(kind: Kind, request: DirectRequest): Promise<unknown>;
  conductor: Conductor;
  artifacts: Artifacts;
  clock: Clock;
  newId: IdSource;
  /** Lower-case hex. */
  adminTokenSha256: string;
  /** Where the console's built files lie; ends with a slash. */
  webFolder: URL;
  log: Log;
};

/** What starts deployments and passes an operator's word on to them (packages/engine). */
export type Conductor = {
  submit(submission: Submission): Promise<Deployment>;
  act(word: {
    id: string;
    action: DeploymentAction;
    actor: string;
    reason?: string | undefined;
  }): Promise<Deployment>;
};

export type Submission = {
  app: string;
  environment: string;
  version: string;
  createdBy: string;
  trigger: Trigger;
  rollout?: RolloutOverride | undefined;
  onConflict?: RolloutPolicy["onConflict"] | undefined;
};

export type Log = { error(message: string, more: Record<string, unknown>): void };

/** The bucket, as far as the API uses it. */
export type Artifacts = {
  bucket: string;
  /** A URL that takes one PUT of the key for so long. */
  uploadUrl(key: string, expiresInSeconds: number): Promise<string>;
  /** `null` where there is no such object; `sha256` where S3 knows it, lower-case hex. */
  head(key: string): Promise<{ sizeBytes: number; sha256: string | null } | null>;
  /** Reads the whole object. */
  digest(key: string): Promise<string>;
};
