// What a month of an installation costs, from the blueprint's own memory sizes and the prices that dry runs are reckoned with. Free tiers
// are left out, so that nothing hides. The other way of each guess is upward.
import {
  LAMBDA_GIB_SECOND_DOLLARS,
  LAMBDA_REQUEST_DOLLARS,
  READ_UNIT_DOLLARS,
  WRITE_UNIT_DOLLARS,
} from "#core/plan/prices.ts";
import type { Blueprint } from "#infra/blueprint.ts";

export type Month = { targets: number; deployments: number; dollarsPerDeployment: number };
export type Bill = Record<
  "healing" | "deployments" | "api" | "table" | "logs" | "traces" | "alarms" | "storage",
  number
>;

const MINUTES = 730 * 60;

/** aws.amazon.com/cloudwatch/pricing: $0.50 a GB of logs taken in, $0.10 an alarm. */
const LOG_GB_DOLLARS = 0.5;
const ALARM_DOLLARS = 0.1;
/** aws.amazon.com/xray/pricing: $5 per million traces. Reckoned as if each call and each deployment were one; most are not sampled. */
const TRACE_DOLLARS = 0.000005;
/** aws.amazon.com/s3/pricing: $0.023 a GB a month, in the first 50 TB. */
const STORED_GB_DOLLARS = 0.023;

/** One look of healing at a target: a driver asks the platform a few times and reads three items. */
const LOOK = { seconds: 0.4, readUnits: 3, targetsAtOnce: 8 };
/** What a call leaves in the log: its start, its end and its report. */
const LOG_KB_PER_CALL = 0.6;
/** The people and programs around one deployment: registering, watching by long polls of 20 s, the console. */
const CALLS_PER_DEPLOYMENT = { calls: 60, seconds: 5, readUnits: 4, writeUnits: 2 };
/** A release's artifact, kept. */
const ARTIFACT_GB = 0.01;

export function billOf({ functions, alarms }: Pick<Blueprint, "functions" | "alarms">, month: Month): Bill {
  const { targets, deployments, dollarsPerDeployment } = month;
  const gib = (short: string) => functions.find((one) => one.short === short)!.memoryMiB / 1024;
  const running = (short: string, seconds: number) => seconds * gib(short) * LAMBDA_GIB_SECOND_DOLLARS;
  const rounds = Math.ceil(targets / LOOK.targetsAtOnce);
  const calls = deployments * CALLS_PER_DEPLOYMENT.calls;
  const looks = MINUTES * targets;
  return {
    healing:
      running("events-sweep", MINUTES * (0.1 + rounds * LOOK.seconds)) +
      running("driver-server", looks * LOOK.seconds) +
      (MINUTES + looks) * LAMBDA_REQUEST_DOLLARS,
    deployments: deployments * dollarsPerDeployment,
    api: running("api", calls * CALLS_PER_DEPLOYMENT.seconds) + calls * LAMBDA_REQUEST_DOLLARS,
    table:
      (MINUTES + looks * LOOK.readUnits + calls * CALLS_PER_DEPLOYMENT.readUnits) * READ_UNIT_DOLLARS +
      calls * CALLS_PER_DEPLOYMENT.writeUnits * WRITE_UNIT_DOLLARS,
    logs: ((MINUTES + looks + calls) * LOG_KB_PER_CALL * LOG_GB_DOLLARS) / 1e6,
    traces: (calls + deployments) * TRACE_DOLLARS,
    alarms: alarms.length * ALARM_DOLLARS,
    storage: deployments * ARTIFACT_GB * STORED_GB_DOLLARS,
  };
}

export function totalOf(bill: Bill): number {
  return Object.values(bill).reduce((sum, one) => sum + one, 0);
}

export type Rival = { name: string; needs: string; monthlyDollars: number };

const HOURS = 730;
/** aws.amazon.com/eks/pricing and aws.amazon.com/ec2/pricing/on-demand, us-east-1, by the hour. */
const HOURLY = { eksCluster: 0.1, t4gMedium: 0.0336, m6g2xlarge: 0.308, mysqlT4gMicro: 0.016 };

/** What the others need while nothing happens; each one's own installation guide says how much. */
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
    monthlyDollars: HOURS * (HOURLY.eksCluster + 2 * HOURLY.t4gMedium + HOURLY.mysqlT4gMicro),
  },
  {
    name: "Spinnaker",
    needs: "18 GB and 6 cores on a cluster: one node of 8 cores and 32 GB",
    monthlyDollars: HOURS * (HOURLY.eksCluster + HOURLY.m6g2xlarge),
  },
];
