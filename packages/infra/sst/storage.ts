// The table and the bucket: encrypted, versioned or kept for recovery, and in production not to be deleted by mistake.
import { TABLE_DEFINITION } from "#store/table-definition.ts";
import type { Blueprint } from "../blueprint.ts";

export function buildTable(plan: Blueprint) {
  const { AttributeDefinitions, KeySchema, GlobalSecondaryIndexes, ttlAttribute } = TABLE_DEFINITION;
  const keys = (schema: { AttributeName: string; KeyType: string }[]) => ({
    hashKey: schema.find((key) => key.KeyType === "HASH")!.AttributeName,
    rangeKey: schema.find((key) => key.KeyType === "RANGE")?.AttributeName,
  });
  return new aws.dynamodb.Table("Table", {
    name: plan.names.table,
    billingMode: "PAY_PER_REQUEST",
    attributes: AttributeDefinitions.map((one) => ({ name: one.AttributeName, type: one.AttributeType })),
    ...keys(KeySchema),
    globalSecondaryIndexes: GlobalSecondaryIndexes.map((one) => ({
      name: one.IndexName,
      projectionType: one.Projection.ProjectionType,
      ...keys(one.KeySchema),
    })),
    ttl: { attributeName: ttlAttribute, enabled: true },
    pointInTimeRecovery: { enabled: true },
    serverSideEncryption: { enabled: true },
    // What `sst.config.ts` protects is not taken away, and what it lets go goes whole: one switch each, or an uninstall stops halfway.
    deletionProtectionEnabled: $app.protect,
  });
}

/** How long an object that was overwritten or deleted can be brought back. */
const KEPT_DAYS = 30;

export function buildBucket(plan: Blueprint) {
  const bucket = new sst.aws.Bucket("Artifacts", {
    versioning: true,
    // Uploads go by presigned URLs from programs; no page of another origin has any business here.
    cors: false,
    transform: { bucket: { bucket: plan.names.bucket, forceDestroy: $app.removal === "remove" } },
  });
  new aws.s3.BucketServerSideEncryptionConfiguration("ArtifactsEncryption", {
    bucket: bucket.name,
    rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }],
  });
  new aws.s3.BucketLifecycleConfiguration("ArtifactsLifecycle", {
    bucket: bucket.name,
    rules: [
      {
        id: "what-was-replaced",
        status: "Enabled",
        filter: { prefix: "" },
        noncurrentVersionExpiration: { noncurrentDays: KEPT_DAYS },
        abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
      },
    ],
  });
  new aws.s3.BucketNotification("ArtifactEvents", { bucket: bucket.name, eventbridge: true });
  return bucket;
}
