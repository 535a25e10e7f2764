// A target is one app in one environment. Its lock, queue, desired count and current release are one item, so that
// every change of them is one conditional write.
import type { Identity } from "../identity/identity.ts";
import type { Healing, Watched } from "./healing.ts";
import type { Kind } from "./kind.ts";
import type { Replica } from "./replica.ts";
import type { ScalingActivity } from "./scaling.ts";
import type { LiveVolume } from "./volume.ts";

export type Lock = { owner: string; since: string };

/** A deployment that a newer one pushed out of the queue, and whose record may not say so yet. */
export type Dropped = { id: string; by: string; at: string };

/** How it stood from an instant on, by counts. */
export type Standing = { at: string; desired: number; replicas: number; healthy: number };

export type Untidy = { since: string; by: string; tries: number; triedAt: string | null };

export type Target = {
  app: string;
  environment: string;
  kind: Kind;
  /** When it was first asked for; absent until the next write in what was made before this was kept. */
  createdAt?: string;
  /** Version of the release that the last deployment left running; `null` where none. */
  release: string | null;
  /** Versions that succeeded here, newest first, without repeats of the same in a row; bounded to 50. */
  history: string[];
  desired: number;
  /** Who may change the target now: a deployment id or a healing run id. */
  lock: Lock | null;
  /** Ids of deployments that wait, first one next. */
  queue: string[];
  /** Who is still to be told that they do not run. */
  dropped?: Dropped[];
  /** The newcomer for whose sake the owner of the lock is to stop; goes with that lock. */
  stopFor?: string;
  /** When the newest release that was ever taken was made, and the newest order given. */
  newest?: { releases?: string; orders?: string };
  degraded: string | null;
  /** What healing remembers; absent where there is nothing. */
  healing?: Healing;
  /** The release that has just come and what ran before it, for as long as nothing else has been done. */
  watched?: Watched;
  drift: string[];
  revision: number;
  /** The last look at it. */
  endpoint: string | null;
  replicas: Replica[];
  traffic: { version: string; percent: number }[];
  observedAt: string | null;
  /** Ids of the versions of its secrets, by reference, that every copy has read or a newer one; a rotation has been answered up to them. Only where one is to be followed. */
  secretVersions?: Record<string, string>;
  /** By which it proves who it is where it calls; absent where nobody asks. */
  identity?: Identity;
  /** False from its first identity until every copy has started with one. */
  holdsIdentity?: boolean;
  /** What scaling has done here, newest first, where Tutti chooses the count; bounded to 20. */
  scalings?: ScalingActivity[];
  /** What its copies had when they were last seen, until it is seen again or given up. */
  disks?: LiveVolume[];
  /** When what its deployments leave was last taken away; absent where its kind leaves nothing, or never yet. */
  tidiedAt?: string;
  /** What a deployment has left behind at its end because the platform did not answer: still to be taken away. */
  untidy?: Untidy;
  /** How it stood, oldest first, one entry for each change; bounded to 300. */
  standings?: Standing[];
};
