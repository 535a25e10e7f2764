// The engine with the container driver.
import { ApplicationAutoScalingClient } from "@aws-sdk/client-application-auto-scaling";
import { ECRClient } from "@aws-sdk/client-ecr";
import { ECSClient } from "@aws-sdk/client-ecs";
import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { EngineDeps } from "#engine/deps.ts";
import { createContainerDriver } from "#targets/container/driver.ts";
import { awsOptions } from "./aws-options.ts";
import { controlDeps } from "./control.ts";
import { identityIssuer } from "./identity-issuer.ts";
import { functionMeter } from "./meter.ts";
import { roleReader } from "./role-reader.ts";
import { secretFinder } from "./secret-finder.ts";
import { readSettings } from "./settings.ts";
import { watching } from "./watching.ts";

export function containerEngine(env: NodeJS.ProcessEnv): EngineDeps {
  const settings = readSettings(env);
  const meter = functionMeter(env);
  const { count } = meter;
  const secrets = secretFinder(count);
  const driver = createContainerDriver({
    ecs: count(new ECSClient(awsOptions())),
    ecr: count(new ECRClient(awsOptions())),
    scaling: count(new ApplicationAutoScalingClient(awsOptions())),
    elb: count(new ElasticLoadBalancingV2Client(awsOptions())),
    efs: async () => {
      const { EFSClient } = await import("@aws-sdk/client-efs");
      return count(new EFSClient(awsOptions()));
    },
    namePrefix: settings.appFunctionPrefix,
    secretArn: secrets.arnOf,
  });
  return {
    ...controlDeps(settings, "driver-container", meter),
    driver,
    roles: roleReader(),
    ...watching(count),
    secrets,
    identities: identityIssuer(count, settings),
  };
}
