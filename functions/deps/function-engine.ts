// The engine with the function driver.
import { ApplicationAutoScalingClient } from "@aws-sdk/client-application-auto-scaling";
import type { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { S3Client } from "@aws-sdk/client-s3";
import { placeOfArn } from "#core/domain/place.ts";
import { functionDriver } from "#targets/function/driver.ts";
import { awsOptions } from "./aws-options.ts";
import { controlDeps } from "./control.ts";
import { type Engines, enginesOf } from "./engines.ts";
import { identityIssuer } from "./identity-issuer.ts";
import { functionMeter } from "./meter.ts";
import { roleReader } from "./role-reader.ts";
import { secretFinder } from "./secret-finder.ts";
import { readSettings } from "./settings.ts";
import { watching } from "./watching.ts";

/** An artifact of 50 MB takes its time, down from S3 and up to Lambda. */
const TRANSFER_SECONDS = 60;

export function functionEngine(env: NodeJS.ProcessEnv): Engines {
  const settings = readSettings(env);
  const meter = functionMeter(env);
  const control = controlDeps(settings, "driver-function", meter);
  const s3 = meter.count(new S3Client(awsOptions(TRANSFER_SECONDS, 3)));
  return enginesOf(env, meter.count, (bring) => {
    let counting: Promise<CloudWatchClient> | undefined;
    const driver = functionDriver({
      lambda: bring(new LambdaClient(awsOptions(TRANSFER_SECONDS, 3))),
      s3,
      efs: async () => {
        const { EFSClient } = await import("@aws-sdk/client-efs");
        return bring(new EFSClient(awsOptions()));
      },
      cloudWatch: () => {
        counting ??= import("./counting-client.ts").then(({ countingClient }) => bring(countingClient()));
        return counting;
      },
      scaling: bring(new ApplicationAutoScalingClient(awsOptions())),
      namePrefix: settings.appFunctionPrefix,
      defaultRoleArn: settings.appFunctionRoleArn,
      defaultLogGroup: settings.appFunctionLogGroup,
    });
    return {
      ...control,
      home: placeOfArn(settings.rolloutArn),
      driver,
      roles: roleReader(bring),
      ...watching(bring),
      secrets: secretFinder(bring),
      identities: identityIssuer(bring, settings),
    };
  });
}
