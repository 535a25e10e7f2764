// The store: everything Tutti remembers, grouped by what it is about.
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { type Clock, instant } from "#core/clock.ts";
import type { Meter } from "#core/domain/cost.ts";
import { type Apps, appsIn } from "./apps.ts";
import { type Audit, auditIn } from "./audit.ts";
import { type Authorities, authoritiesIn } from "./authorities.ts";
import { type Changes, changesIn, noting, type Topic } from "./changes.ts";
import { type DeadLetters, deadLettersIn } from "./dead-letters.ts";
import { type Deliveries, deliveriesIn } from "./deliveries.ts";
import { type Deployments, deploymentsIn } from "./deployments.ts";
import { type Environments, environmentsIn } from "./environments.ts";
import { type Events, eventsIn } from "./events.ts";
import { type HealingRuns, healingRunsIn } from "./healing-runs.ts";
import { type Idempotency, idempotencyIn } from "./idempotency.ts";
import { type NoticeBus, type Notices, noticesIn } from "./notices.ts";
import { type OidcIssuers, oidcIssuersIn } from "./oidc-issuers.ts";
import { type RateBuckets, rateBucketsIn } from "./rate-buckets.ts";
import { type Releases, releasesIn } from "./releases.ts";
import { type Shards, shardsIn } from "./shards.ts";
import { openTable } from "./table.ts";
import { type Targets, targetsIn } from "./targets.ts";
import { type Tokens, tokensIn } from "./tokens.ts";
import { type Trains, trainsIn } from "./trains.ts";

export type Store = {
  apps: Apps;
  releases: Releases;
  deployments: Deployments;
  events: Events;
  notices: Notices;
  deliveries: Deliveries;
  shards: Shards;
  trains: Trains;
  targets: Targets;
  environments: Environments;
  authorities: Authorities;
  healingRuns: HealingRuns;
  audit: Audit;
  deadLetters: DeadLetters;
  idempotency: Idempotency;
  changes: Changes;
  tokens: Tokens;
  rateBuckets: RateBuckets;
  oidcIssuers: OidcIssuers;
};

export type StoreDeps = {
  /** Made by `documentClient` (client.ts). */
  client: DynamoDBDocumentClient;
  table: string;
  clock: Clock;
  /** Where changes of status are told; without one they are not. */
  bus?: NoticeBus;
  /** Values in [0, 1), for the jitter between attempts. */
  random?: () => number;
  /** Of the function: what it uses is written with each change of a deployment. */
  meter?: Meter | undefined;
};

export function createStore({
  client,
  table: name,
  clock,
  bus,
  random = Math.random,
  meter,
}: StoreDeps): Store {
  const table = openTable(client, name, clock.sleep);
  const pause = { sleep: clock.sleep, random };
  const at = () => instant(clock.now());
  const environments = environmentsIn(table, pause);
  const receiversOf = async (name: string) => (await environments.get(name))?.notifications ?? [];
  const notices = noticesIn(table, bus ?? null, receiversOf);
  const changes = changesIn(table, () => clock.now(), random);
  const noted = (topic: Topic) => noting(table, changes, topic);
  const shown = () => changes.note("deployments");
  const deployments = deploymentsIn(table, pause, at, { tell: notices.tell, shown }, meter);
  return {
    apps: appsIn(table, pause),
    releases: releasesIn(table),
    deployments,
    events: eventsIn(table, deployments),
    notices,
    deliveries: deliveriesIn(noted("notifications")),
    shards: shardsIn(table),
    trains: trainsIn(noted("trains"), pause, at, notices.tell, meter),
    targets: targetsIn(noted("targets"), pause, at),
    environments,
    authorities: authoritiesIn(table),
    healingRuns: healingRunsIn(noted("healing")),
    audit: auditIn(noted("audit")),
    deadLetters: deadLettersIn(table),
    idempotency: idempotencyIn(table),
    changes,
    tokens: tokensIn(table, pause),
    rateBuckets: rateBucketsIn(table, pause),
    oidcIssuers: oidcIssuersIn(table),
  };
}
