// What a month of an installation costs, from the blueprint's own memory sizes and the prices that dry runs are reckoned with. Free tiers
// are left out, so that nothing hides. The other way of each guess is upward.
import { ENDS, METRICS } from "#core/metrics/measures.ts";
import {
  LAMBDA_GIB_SECOND_DOLLARS,
  LAMBDA_REQUEST_DOLLARS,
  READ_UNIT_DOLLARS,
  WRITE_UNIT_DOLLARS,
} from "#core/plan/prices.ts";
import type { Blueprint } from "#infra/blueprint.ts";
import { PRICES } from "./price-list.ts";

export type Month = { targets: number; deployments: number; dollarsPerDeployment: number };
export type Bill = Record<
  | "healing"
  | "deployments"
  | "api"
  | "notices"
  | "table"
  | "logs"
  | "metrics"
  | "traces"
  | "alarms"
  | "dashboard"
  | "secrets"
  | "storage",
  number
>;

const HOURS = 730;
const MINUTES = HOURS * 60;

const LOG_GB_DOLLARS = PRICES.logGb.dollars;
const METRIC_DOLLARS = PRICES.metric.dollars;
/** Ours: four ends, and one for each other name. */
const METRIC_COUNT = Object.keys(METRICS).length - 1 + ENDS.length;
/** A deployment keeps all of them alive for the hour before and after it, at most. */
const METRIC_HOURS_PER_DEPLOYMENT = 2;
const BUS_EVENT_DOLLARS = PRICES.busEvent.dollars / 1e6;
const SCHEDULED_DOLLARS = PRICES.scheduled.dollars / 1e6;
const SECRET_DOLLARS = PRICES.secret.dollars;
const SECRET_CALL_DOLLARS = PRICES.secretCall.dollars / 10_000;
/** Reckoned as if each call and each deployment were one; most are not sampled. */
const TRACE_DOLLARS = PRICES.trace.dollars / 1e6;
const STORED_GB_DOLLARS = PRICES.storedGb.dollars;

/** One look of healing at a target: a driver asks the platform a few times and reads three items. */
const LOOK = { seconds: 0.4, readUnits: 3, targetsAtOnce: 8 };
/** One target in four is a function, whose bad answers are counted at each look. */
const COUNTED_SHARE = 0.25;
const COUNT_DOLLARS = PRICES.metricCall.dollars / 1000;
/** What a call leaves in the log: its start, its end and its report; of the API's what it counts besides. */
const LOG_KB_PER_CALL = 0.6;
const MEASURE_KB = 0.5;
/** The people and programs around one deployment: registering, watching by long polls of 20 s, the console. */
const CALLS_PER_DEPLOYMENT = { calls: 60, seconds: 5, readUnits: 4, writeUnits: 2 };
/** A deployment's changes of status; and one receiver who wants each, called within half a second, written twice and read thrice. */
const NOTICES = { each: 5, seconds: 0.5, writeUnits: 4, readUnits: 4 };
/** One target in ten has a secret that a rotation of is followed (`onSecretRotation`): it is asked for by each look. A hook's and a receiver's secret are there. */
const SECRETS = { rotatedShare: 0.1, kept: 2 };
/** A release's artifact, kept. */
const ARTIFACT_GB = 0.01;

export function billOf({ functions, alarms }: Pick<Blueprint, "functions" | "alarms">, month: Month): Bill {
  const { targets, deployments, dollarsPerDeployment } = month;
  const gib = (short: string) => functions.find((one) => one.short === short)!.memoryMiB / 1024;
  const running = (short: string, seconds: number) => seconds * gib(short) * LAMBDA_GIB_SECOND_DOLLARS;
  const rounds = Math.ceil(targets / LOOK.targetsAtOnce);
  const calls = deployments * CALLS_PER_DEPLOYMENT.calls;
  const looks = MINUTES * targets;
  const told = deployments * NOTICES.each;
  return {
    healing:
      running("events-sweep", MINUTES * (0.1 + rounds * LOOK.seconds)) +
      running("driver-server", looks * LOOK.seconds) +
      (MINUTES + looks) * LAMBDA_REQUEST_DOLLARS +
      MINUTES * SCHEDULED_DOLLARS +
      looks * COUNTED_SHARE * COUNT_DOLLARS,
    deployments: deployments * dollarsPerDeployment,
    api: running("api", calls * CALLS_PER_DEPLOYMENT.seconds) + calls * LAMBDA_REQUEST_DOLLARS,
    notices:
      told * (BUS_EVENT_DOLLARS + LAMBDA_REQUEST_DOLLARS + SECRET_CALL_DOLLARS) +
      running("events-notify", told * NOTICES.seconds) +
      told * (NOTICES.writeUnits * WRITE_UNIT_DOLLARS + NOTICES.readUnits * READ_UNIT_DOLLARS),
    table:
      (MINUTES + looks * LOOK.readUnits + calls * CALLS_PER_DEPLOYMENT.readUnits) * READ_UNIT_DOLLARS +
      calls * CALLS_PER_DEPLOYMENT.writeUnits * WRITE_UNIT_DOLLARS,
    logs: (((MINUTES + looks + calls) * LOG_KB_PER_CALL + calls * MEASURE_KB) * LOG_GB_DOLLARS) / 1e6,
    metrics: METRIC_COUNT * METRIC_DOLLARS * Math.min(1, (deployments * METRIC_HOURS_PER_DEPLOYMENT) / HOURS),
    traces: (calls + deployments) * TRACE_DOLLARS,
    alarms: alarms.length * PRICES.alarm.dollars,
    dashboard: PRICES.dashboard.dollars,
    secrets:
      looks * SECRETS.rotatedShare * SECRET_CALL_DOLLARS +
      (targets === 0 ? 0 : SECRETS.kept * SECRET_DOLLARS),
    storage: deployments * ARTIFACT_GB * STORED_GB_DOLLARS,
  };
}

export function totalOf(bill: Bill): number {
  return Object.values(bill).reduce((sum, one) => sum + one, 0);
}

export type Rival = { name: string; needs: string; monthlyDollars: number };

/** What the others need while nothing happens; each one's own installation guide says how much (spinnaker.io/setup/quickstart: 18 GB and 6 cores). */
export const RIVALS: Rival[] = [
  {
    name: "CodeDeploy",
    needs:
      "nothing that runs; one model of target each, and no healing ($0.02 for each update of a server outside of AWS)",
    monthlyDollars: 0,
  },
  {
    name: "PipeCD",
    needs: "a control plane and an agent on a cluster of two small nodes, and a database",
    monthlyDollars: HOURS * (PRICES.cluster.dollars + 2 * PRICES.smallNode.dollars + PRICES.database.dollars),
  },
  {
    name: "Spinnaker",
    needs: "18 GB and 6 cores on a cluster: one node of 8 cores and 32 GB",
    monthlyDollars: HOURS * (PRICES.cluster.dollars + PRICES.largeNode.dollars),
  },
];
