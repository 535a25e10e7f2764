// The engine with the server driver.
import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { S3Client } from "@aws-sdk/client-s3";
import { SSMClient } from "@aws-sdk/client-ssm";
import type { EngineDeps } from "#engine/deps.ts";
import { createServerDriver } from "#targets/server/driver.ts";
import { awsOptions } from "./aws-options.ts";
import { cloudMap } from "./cloud-map.ts";
import { controlDeps } from "./control.ts";
import { identityIssuer } from "./identity-issuer.ts";
import { functionMeter } from "./meter.ts";
import { secretFinder } from "./secret-finder.ts";
import { readSettings } from "./settings.ts";
import { watching } from "./watching.ts";

export function serverEngine(env: NodeJS.ProcessEnv): EngineDeps {
  const settings = readSettings(env);
  const meter = functionMeter(env);
  const { count } = meter;
  const driver = createServerDriver({
    ssm: count(new SSMClient(awsOptions())),
    s3: count(new S3Client(awsOptions())),
    secrets: async () => (await import("./secret-queries.ts")).secretsClient(count),
    elb: count(new ElasticLoadBalancingV2Client(awsOptions())),
    discovery: cloudMap(count),
  });
  return {
    ...controlDeps(settings, "driver-server", meter),
    driver,
    ...watching(count),
    secrets: secretFinder(count),
    identities: identityIssuer(count, settings),
  };
}
