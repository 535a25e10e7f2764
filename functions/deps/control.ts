// What every one of Tutti's functions that conducts deployments needs: the store, the workflow, ids, time, a log.
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { idSource } from "#core/ids.ts";
import type { ControlDeps } from "#engine/deps.ts";
import { documentClient } from "#store/client.ts";
import { createStore } from "#store/store.ts";
import { awsOptions } from "./aws-options.ts";
import { systemClock } from "./clock.ts";
import { counting, embeddedMetrics } from "./embedded-metrics.ts";
import { createLog } from "./log.ts";
import type { FunctionMeter } from "./meter.ts";
import { noticeBus } from "./notice-bus.ts";
import type { Settings } from "./settings.ts";
import { whenAsked } from "./when-asked.ts";

export function controlDeps(settings: Settings, serviceName: string, meter?: FunctionMeter): ControlDeps {
  const measures = embeddedMetrics(settings.bus);
  const rollouts = async () => (await import("./executions.ts")).rolloutWorkflow(settings.rolloutArn);
  const dynamo = new DynamoDBClient(awsOptions());
  const client = documentClient(meter ? meter.countUnits(dynamo) : dynamo);
  return {
    store: createStore({
      client,
      table: settings.table,
      clock: systemClock,
      bus: counting(noticeBus(settings.bus), measures),
      meter,
    }),
    clock: systemClock,
    ids: idSource(systemClock.now, Math.random),
    executions: whenAsked(async () => (await rollouts()).executions),
    tokens: whenAsked(async () => (await rollouts()).tokens),
    log: createLog(serviceName),
    // The bus has the installation's name (packages/infra/names.ts).
    notificationSecretPrefix: `${settings.bus}/notifications/`,
    measures,
    ...(meter ? { meter } : {}),
  };
}
