// Access patterns, and the keys that serve them. Ids sort by age (core/ids), so "newest first" is a descending query.
//
//   an app                                  pk APP#<app>            sk APP
//   all apps, newest first                  gsi1 APPS               <createdAt>#<app>
//   a release by version                    pk APP#<app>            sk RELEASE#<version>
//   an app's releases, newest first         gsi1 RELEASES#<app>     <release id>
//   a deployment                            pk DEPLOYMENT#<id>      sk DEPLOYMENT
//   all deployments, newest first           gsi1 DEPLOYMENTS        <id>
//   an app's deployments, newest first      gsi2 DEPLOYMENTS#<app>  <id>
//   a deployment's events, oldest first     pk DEPLOYMENT#<id>      sk EVENT#<seq>     (the newest few: in the deployment)
//   those that ended late, by their end     pk LATE_ENDS            sk <end>#<id>
//   a shard of a deployment's step          pk DEPLOYMENT#<id>      sk SHARD#<step>#<shard>
//   which status was told last              pk DEPLOYMENT#<id>      sk TOLD
//   notices that the bus did not take yet   pk UNTOLD               sk <notice id>
//   a train                                 pk TRAIN#<id>           sk TRAIN
//   all trains, newest first                gsi1 TRAINS             <id>
//   open trains (only while they are)       gsi2 OPEN_TRAINS        <id>
//   a target: lock, queue, release          pk TARGET#<app>/<env>   sk TARGET
//   all targets, an app's targets, by name  gsi1 TARGETS            <app>/<env>
//   all targets, newest first               gsi2 TARGETS_BY_AGE     <createdAt>#<app>/<env>
//   all environments, by name               pk ENVIRONMENTS         sk <env>
//   whose certificates an environment believes  pk AUTHORITIES      sk <env>
//   healing runs, newest first              pk HEALING_RUNS         sk <id>
//   deliveries of notices, newest first     pk DELIVERIES           sk <id>
//   pending ones, longest due first         gsi2 DUE_DELIVERIES     <next attempt>     (only while they are)
//   audit, newest first                     pk AUDIT                sk <id>
//   an event that failed; all, newest first pk DEAD_LETTERS        sk <id>
//   a token; all tokens, newest first       pk TOKENS               sk <id>
//   calls that a token has left             pk RATE#<what>#<who>    sk RATE
//   all OIDC issuers, by name               pk OIDC_ISSUERS         sk <name>
//   what has changed, by topic              pk CHANGES              sk <topic>
//   the answer to an idempotency key        pk IDEMPOTENCY#<scope>  sk <key>

export type ItemKey = { pk: string; sk: string };
export type IndexName = "gsi1" | "gsi2";

const EVENT_DIGITS = 9;

export const keys = {
  app: (app: string) => ({ pk: `APP#${app}`, sk: "APP" }),
  appLists: (app: string, createdAt: string) => ({ gsi1pk: lists.apps, gsi1sk: `${createdAt}#${app}` }),
  release: (app: string, version: string) => ({ pk: `APP#${app}`, sk: `RELEASE#${version}` }),
  releaseLists: (app: string, id: string) => ({ gsi1pk: lists.releases(app), gsi1sk: id }),
  deployment: (id: string) => ({ pk: `DEPLOYMENT#${id}`, sk: "DEPLOYMENT" }),
  deploymentLists: (id: string, app: string) => ({
    gsi1pk: lists.deployments,
    gsi1sk: id,
    gsi2pk: lists.deploymentsOf(app),
    gsi2sk: id,
  }),
  event: (id: string, seq: number) => ({
    pk: `DEPLOYMENT#${id}`,
    sk: `EVENT#${String(seq).padStart(EVENT_DIGITS, "0")}`,
  }),
  shard: (id: string, step: number, shard: number) => ({
    pk: `DEPLOYMENT#${id}`,
    sk: `${shardPrefix(step)}${String(shard).padStart(4, "0")}`,
  }),
  lateEnd: (id: string, endedAt: string) => ({ pk: lists.lateEnds, sk: `${endedAt}#${id}` }),
  told: (id: string) => ({ pk: `DEPLOYMENT#${id}`, sk: "TOLD" }),
  untold: (noticeId: string) => ({ pk: lists.untold, sk: noticeId }),
  train: (id: string) => ({ pk: `TRAIN#${id}`, sk: "TRAIN" }),
  trainLists: (id: string, open: boolean) => ({
    gsi1pk: lists.trains,
    gsi1sk: id,
    ...(open ? { gsi2pk: lists.openTrains, gsi2sk: id } : {}),
  }),
  target: (app: string, environment: string) => ({ pk: `TARGET#${app}/${environment}`, sk: "TARGET" }),
  targetLists: (app: string, environment: string, createdAt: string) => ({
    gsi1pk: lists.targets,
    gsi1sk: `${app}/${environment}`,
    gsi2pk: lists.targetsByAge,
    gsi2sk: `${createdAt}#${app}/${environment}`,
  }),
  environment: (name: string) => ({ pk: lists.environments, sk: name }),
  authority: (environment: string) => ({ pk: lists.authorities, sk: environment }),
  healingRun: (id: string) => ({ pk: lists.healingRuns, sk: id }),
  delivery: (id: string) => ({ pk: lists.deliveries, sk: id }),
  deliveryLists: (nextAttemptAt: string | null) =>
    nextAttemptAt === null ? {} : { gsi2pk: lists.dueDeliveries, gsi2sk: nextAttemptAt },
  audit: (id: string) => ({ pk: lists.audit, sk: id }),
  deadLetter: (id: string) => ({ pk: lists.deadLetters, sk: id }),
  oidcIssuer: (name: string) => ({ pk: lists.oidcIssuers, sk: name }),
  rateBucket: (key: string) => ({ pk: `RATE#${key}`, sk: "RATE" }),
  token: (id: string) => ({ pk: lists.tokens, sk: id }),
  changes: (topic: string) => ({ pk: lists.changes, sk: topic }),
  idempotency: (scope: string, key: string) => ({ pk: `IDEMPOTENCY#${scope}`, sk: key }),
};

export const lists = {
  apps: "APPS",
  releases: (app: string) => `RELEASES#${app}`,
  deployments: "DEPLOYMENTS",
  deploymentsOf: (app: string) => `DEPLOYMENTS#${app}`,
  lateEnds: "LATE_ENDS",
  untold: "UNTOLD",
  trains: "TRAINS",
  openTrains: "OPEN_TRAINS",
  targets: "TARGETS",
  targetsByAge: "TARGETS_BY_AGE",
  environments: "ENVIRONMENTS",
  authorities: "AUTHORITIES",
  healingRuns: "HEALING_RUNS",
  deliveries: "DELIVERIES",
  dueDeliveries: "DUE_DELIVERIES",
  audit: "AUDIT",
  deadLetters: "DEAD_LETTERS",
  tokens: "TOKENS",
  oidcIssuers: "OIDC_ISSUERS",
  changes: "CHANGES",
};

export function shardPrefix(step: number): string {
  return `SHARD#${String(step).padStart(6, "0")}#`;
}
