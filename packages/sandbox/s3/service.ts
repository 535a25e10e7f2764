// S3: what is asked of buckets, and the permissions that each operation takes. The REST side is http.ts.
import { join } from "node:path";
import type { Callable } from "../endpoint/dispatcher.ts";
import { AwsError, type Handler, type Platform } from "../platform.ts";
import { assertHere, type BucketRegions } from "./bucket-regions.ts";
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

export function createS3(platform: Platform, regions: BucketRegions): Callable {
  const buckets = inRegion(platform, regions, openBuckets(join(platform.directory, "s3")));
  const handlers = { ...bucketHandlers(platform, buckets, regions), ...objectHandlers(platform, buckets) };
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

/** The same, for one region of several. */
function inRegion({ region }: Platform, regions: BucketRegions, buckets: Buckets): Buckets {
  for (const { name } of buckets.list()) regions.set(name, region);
  return {
    ...buckets,
    find(name) {
      assertHere(regions, region, name);
      return buckets.find(name);
    },
    save(bucket) {
      buckets.save(bucket);
      regions.set(bucket.name, region);
    },
    remove(name) {
      buckets.remove(name);
      regions.delete(name);
    },
  };
}

function bucketHandlers(
  platform: Platform,
  buckets: Buckets,
  regions: BucketRegions,
): Record<string, Handler> {
  return {
    async CreateBucket({ Bucket }) {
      // "Bucket naming rules" in the S3 User Guide.
      if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(Bucket))
        throw new AwsError("InvalidBucketName", "The specified bucket is not valid.");
      // An owner who creates a bucket again is told so, but in us-east-1 that all is well (S3 API Reference, CreateBucket, errors).
      if (regions.has(Bucket) && platform.region !== "us-east-1")
        throw new AwsError(
          "BucketAlreadyOwnedByYou",
          "Your previous request to create the named bucket succeeded and you already own it.",
        );
      assertHere(regions, platform.region, Bucket);
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
