// The engine with the container driver.
import { ApplicationAutoScalingClient } from "@aws-sdk/client-application-auto-scaling";
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { ECRClient } from "@aws-sdk/client-ecr";
import { ECSClient } from "@aws-sdk/client-ecs";
import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { EngineDeps } from "#engine/deps.ts";
import { createContainerDriver } from "#targets/container/driver.ts";
import { ALARM_OPTIONS, cloudWatchAlarms } from "./alarms.ts";
import { awsOptions } from "./aws-options.ts";
import { controlDeps } from "./control.ts";
import { identityIssuer } from "./identity-issuer.ts";
import { functionMeter } from "./meter.ts";
import { cloudWatchMetrics } from "./metrics.ts";
import { roleReader } from "./role-reader.ts";
import { secretFinder } from "./secret-finder.ts";
import { readSettings } from "./settings.ts";

export function containerEngine(env: NodeJS.ProcessEnv): EngineDeps {
  const settings = readSettings(env);
  const meter = functionMeter(env);
  const { count } = meter;
  const cloudWatch = count(new CloudWatchClient(ALARM_OPTIONS));
  const secrets = secretFinder(count);
  const driver = createContainerDriver({
    ecs: count(new ECSClient(awsOptions())),
    ecr: count(new ECRClient(awsOptions())),
    scaling: count(new ApplicationAutoScalingClient(awsOptions())),
    elb: count(new ElasticLoadBalancingV2Client(awsOptions())),
    namePrefix: settings.appFunctionPrefix,
    secretArn: secrets.arnOf,
  });
  return {
    ...controlDeps(settings, "driver-container", meter),
    driver,
    roles: roleReader(),
    alarms: cloudWatchAlarms(cloudWatch),
    metrics: cloudWatchMetrics(cloudWatch, Date.now),
    secrets,
    identities: identityIssuer(count, settings),
  };
}
