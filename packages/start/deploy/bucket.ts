// The bucket of artifacts, which tells EventBridge what arrives.
import { CreateBucketCommand, PutBucketNotificationConfigurationCommand, S3Client } from "@aws-sdk/client-s3";
import type { Blueprint } from "#infra/blueprint.ts";
import type { AwsAccess } from "./access.ts";
import { ignoring } from "./ignoring.ts";

export async function deployBucket(plan: Blueprint, access: AwsAccess): Promise<void> {
  const s3 = new S3Client(access);
  const Bucket = plan.names.bucket;
  await ignoring("BucketAlreadyOwnedByYou", s3.send(new CreateBucketCommand({ Bucket })));
  await s3.send(
    new PutBucketNotificationConfigurationCommand({
      Bucket,
      NotificationConfiguration: { EventBridgeConfiguration: {} },
    }),
  );
}
