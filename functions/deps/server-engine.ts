// The engine with the server driver.
import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { S3Client } from "@aws-sdk/client-s3";
import { SSMClient } from "@aws-sdk/client-ssm";
import { placeOfArn } from "#core/domain/place.ts";
import { createServerDriver } from "#targets/server/driver.ts";
import { awsOptions } from "./aws-options.ts";
import { cloudMap } from "./cloud-map.ts";
import { controlDeps } from "./control.ts";
import { type Engines, enginesOf } from "./engines.ts";
import { identityIssuer } from "./identity-issuer.ts";
import { functionMeter } from "./meter.ts";
import { secretFinder } from "./secret-finder.ts";
import { readSettings } from "./settings.ts";
import { watching } from "./watching.ts";

export function serverEngine(env: NodeJS.ProcessEnv): Engines {
  const settings = readSettings(env);
  const meter = functionMeter(env);
  const control = controlDeps(settings, "driver-server", meter);
  const s3 = meter.count(new S3Client(awsOptions()));
  return enginesOf(env, meter.count, (bring) => {
    const driver = createServerDriver({
      ssm: bring(new SSMClient(awsOptions())),
      s3,
      secrets: async () => (await import("./secret-queries.ts")).secretsClient(bring),
      elb: bring(new ElasticLoadBalancingV2Client(awsOptions())),
      discovery: cloudMap(bring),
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
