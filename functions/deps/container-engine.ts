// The engine with the container driver.
import { ApplicationAutoScalingClient } from "@aws-sdk/client-application-auto-scaling";
import { ECRClient } from "@aws-sdk/client-ecr";
import { ECSClient } from "@aws-sdk/client-ecs";
import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { placeOfArn } from "#core/domain/place.ts";
import { createContainerDriver } from "#targets/container/driver.ts";
import { awsOptions } from "./aws-options.ts";
import { cloudMap } from "./cloud-map.ts";
import { controlDeps } from "./control.ts";
import { type Engines, enginesOf } from "./engines.ts";
import { identityIssuer } from "./identity-issuer.ts";
import { functionMeter } from "./meter.ts";
import { roleReader } from "./role-reader.ts";
import { secretFinder } from "./secret-finder.ts";
import { readSettings } from "./settings.ts";
import { watching } from "./watching.ts";

export function containerEngine(env: NodeJS.ProcessEnv): Engines {
  const settings = readSettings(env);
  const meter = functionMeter(env);
  const control = controlDeps(settings, "driver-container", meter);
  return enginesOf(env, meter.count, (bring) => {
    const secrets = secretFinder(bring);
    const driver = createContainerDriver({
      ecs: bring(new ECSClient(awsOptions())),
      ecr: bring(new ECRClient(awsOptions())),
      scaling: bring(new ApplicationAutoScalingClient(awsOptions())),
      elb: bring(new ElasticLoadBalancingV2Client(awsOptions())),
      discovery: cloudMap(bring),
      efs: async () => {
        const { EFSClient } = await import("@aws-sdk/client-efs");
        return bring(new EFSClient(awsOptions()));
      },
      namePrefix: settings.appFunctionPrefix,
      secretArn: secrets.arnOf,
    });
    return {
      ...control,
      home: placeOfArn(settings.rolloutArn),
      driver,
      roles: roleReader(bring),
      ...watching(bring),
      secrets,
      identities: identityIssuer(bring, settings),
    };
  });
}
