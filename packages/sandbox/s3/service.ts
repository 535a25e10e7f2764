// S3: what is asked of buckets, and the permissions that each operation takes. The REST side is http.ts.
import { join } from "node:path";
import type { Callable } from "../endpoint/dispatcher.ts";
import { AwsError, type Handler, type Platform } from "../platform.ts";
import { type Buckets, openBuckets } from "./buckets.ts";
import { listObjects } from "./list-objects.ts";
import { objectHandlers } from "./objects.ts";

/** Operations whose permission is called otherwise: "Actions, resources, and condition keys for Amazon S3". */
const ACTIONS: Record<string, string[]> = {
  HeadObject: ["s3:GetObject"],
  DeleteObjects: ["s3:DeleteObject"],
  HeadBucket: ["s3:ListBucket"],
  ListObjectsV2: ["s3:ListBucket"],
  ListBuckets: ["s3:ListAllMyBuckets"],
  PutBucketNotificationConfiguration: ["s3:PutBucketNotification"],
  GetBucketNotificationConfiguration: ["s3:GetBucketNotification"],
};

export function createS3(platform: Platform): Callable {
  const buckets = openBuckets(join(platform.directory, "s3"));
  const handlers = { ...bucketHandlers(platform, buckets), ...objectHandlers(platform, buckets) };
  return {
    name: "s3",
    handlers,
    iamActions: ACTIONS,
    iamResources: Object.fromEntries(Object.keys(handlers).map((operation) => [operation, resourcesOf])),
  };
}

type Addressed = { Bucket?: string; Key?: string; Delete?: { Objects: { Key: string }[] } };

function resourcesOf({ Bucket, Key, Delete }: Addressed): string[] {
  if (Bucket === undefined) return ["*"];
  const arn = `arn:aws:s3:::${Bucket}`;
  if (Delete) return Delete.Objects.map((object) => `${arn}/${object.Key}`);
  return [Key === undefined ? arn : `${arn}/${Key}`];
}

function bucketHandlers(platform: Platform, buckets: Buckets): Record<string, Handler> {
  return {
    async CreateBucket({ Bucket }) {
      // "Bucket naming rules" in the S3 User Guide.
      if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(Bucket))
        throw new AwsError("InvalidBucketName", "The specified bucket is not valid.");
      // In us-east-1 an owner who creates a bucket again is told that all is well.
      if (!buckets.exists(Bucket))
        buckets.save({ name: Bucket, createdAt: new Date(platform.now()).toISOString(), eventBridge: false });
      return { Location: `/${Bucket}` };
    },
    async HeadBucket({ Bucket }) {
      buckets.find(Bucket);
      return { BucketRegion: platform.region };
    },
    async DeleteBucket({ Bucket }) {
      buckets.find(Bucket);
      if (buckets.objects(Bucket).length > 0)
        throw new AwsError("BucketNotEmpty", "The bucket you tried to delete is not empty");
      buckets.remove(Bucket);
    },
    ListBuckets: async () => ({
      Buckets: buckets
        .list()
        .map(({ name, createdAt }) => ({ Name: name, CreationDate: new Date(createdAt) })),
    }),
    ListObjectsV2: async (input) =>
      listObjects(buckets.find(input.Bucket) && buckets.objects(input.Bucket), input),
    async PutBucketNotificationConfiguration({ Bucket, NotificationConfiguration }) {
      const { EventBridgeConfiguration, ...others } = NotificationConfiguration;
      const other = Object.keys(others).find((name) => others[name]?.length > 0);
      if (other) throw new AwsError("NotImplemented", `The sandbox does not implement ${other}.`);
      buckets.save({ ...buckets.find(Bucket), eventBridge: EventBridgeConfiguration !== undefined });
    },
    async GetBucketNotificationConfiguration({ Bucket }) {
      return buckets.find(Bucket).eventBridge ? { EventBridgeConfiguration: {} } : {};
    },
  };
}
