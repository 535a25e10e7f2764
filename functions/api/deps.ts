// What the API needs from outside itself: handed in by the handler, and by tests their own.
import type { SweepDeps } from "#engine/deps.ts";
import type { ArtifactBucket } from "#functions/deps/artifact-bucket.ts";
import type { EventFunctions } from "#functions/deps/event-functions.ts";
import type { HookSecrets } from "#functions/deps/hook-secrets.ts";
import type { ImageBuilds } from "#functions/deps/image-builds.ts";
import type { ImageRegistry } from "#functions/deps/image-registry.ts";
import type { SchedulePlatform } from "#functions/deps/schedules.ts";
import type { IssuerKeys } from "./oidc/issuer-keys.ts";
import type { RateLimits } from "./rate-limit.ts";

export type ApiDeps = SweepDeps & {
  newTraceId(): string;
  artifacts: ArtifactBucket;
  registry: ImageRegistry;
  imageBuilds: ImageBuilds;
  hookSecrets: HookSecrets;
  schedules: SchedulePlatform;
  eventFunctions: EventFunctions;
  issuerKeys: IssuerKeys;
  rateLimits: RateLimits;
  /** Ids of the accounts, besides Tutti's own, that targets may live in. */
  targetAccounts: string[];
  /** Whether those of Tutti's functions that call others are in a network; else they reach only what is public. */
  inNetwork: boolean;
  /** Lower-case hex. */
  adminTokenSha256: string;
  /** Where the console's built files lie; ends with a slash. */
  webFolder: URL;
};
