// The engine with the driver of virtual machines. The workflow that makes images stays at home; what it makes is made where the target lives.
import { AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import { EC2Client } from "@aws-sdk/client-ec2";
import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { SFNClient } from "@aws-sdk/client-sfn";
import { SSMClient } from "@aws-sdk/client-ssm";
import { placeOfArn } from "#core/domain/place.ts";
import { createVmDriver } from "#targets/vm/driver.ts";
import { awsOptions } from "./aws-options.ts";
import { cloudMap } from "./cloud-map.ts";
import { controlDeps } from "./control.ts";
import { type Engines, enginesOf } from "./engines.ts";
import { identityIssuer } from "./identity-issuer.ts";
import { functionMeter } from "./meter.ts";
import { secretFinder } from "./secret-finder.ts";
import { readSettings, required } from "./settings.ts";
import { watching } from "./watching.ts";

export function vmEngine(env: NodeJS.ProcessEnv): Engines {
  const settings = readSettings(env);
  const meter = functionMeter(env);
  const control = controlDeps(settings, "driver-vm", meter);
  const sfn = meter.count(new SFNClient(awsOptions()));
  return enginesOf(env, meter.count, (bring) => {
    const driver = createVmDriver({
      ec2: bring(new EC2Client(awsOptions())),
      autoscaling: bring(new AutoScalingClient(awsOptions())),
      ssm: bring(new SSMClient(awsOptions())),
      sfn,
      elb: bring(new ElasticLoadBalancingV2Client(awsOptions())),
      discovery: cloudMap(bring),
      namePrefix: required(env, "TUTTI_VM_PREFIX"),
      imageMachineArn: required(env, "TUTTI_IMAGE_ARN"),
    });
    return {
      ...control,
      home: placeOfArn(settings.rolloutArn),
      driver,
      ...watching(bring),
      secrets: secretFinder(bring),
      identities: identityIssuer(bring, settings),
    };
  });
}
