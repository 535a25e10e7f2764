// The engine with the driver of virtual machines.
import { AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import { EC2Client } from "@aws-sdk/client-ec2";
import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { SFNClient } from "@aws-sdk/client-sfn";
import { SSMClient } from "@aws-sdk/client-ssm";
import type { EngineDeps } from "#engine/deps.ts";
import { createVmDriver } from "#targets/vm/driver.ts";
import { awsOptions } from "./aws-options.ts";
import { cloudMap } from "./cloud-map.ts";
import { controlDeps } from "./control.ts";
import { identityIssuer } from "./identity-issuer.ts";
import { functionMeter } from "./meter.ts";
import { secretFinder } from "./secret-finder.ts";
import { readSettings, required } from "./settings.ts";
import { watching } from "./watching.ts";

export function vmEngine(env: NodeJS.ProcessEnv): EngineDeps {
  const settings = readSettings(env);
  const meter = functionMeter(env);
  const { count } = meter;
  const driver = createVmDriver({
    ec2: count(new EC2Client(awsOptions())),
    autoscaling: count(new AutoScalingClient(awsOptions())),
    ssm: count(new SSMClient(awsOptions())),
    sfn: count(new SFNClient(awsOptions())),
    elb: count(new ElasticLoadBalancingV2Client(awsOptions())),
    discovery: cloudMap(count),
    namePrefix: required(env, "TUTTI_VM_PREFIX"),
    imageMachineArn: required(env, "TUTTI_IMAGE_ARN"),
  });
  return {
    ...controlDeps(settings, "driver-vm", meter),
    driver,
    ...watching(count),
    secrets: secretFinder(count),
    identities: identityIssuer(count, settings),
  };
}
