// In which region of an account each bucket is: names of buckets are the account's, what is in them is one region's ("Buckets overview" in
// the S3 User Guide).
import { AwsError } from "../platform.ts";

export type BucketRegions = Map<string, string>;

/**
 * Who asks another region's endpoint for a bucket is sent to the right one and finds nothing ("Permanent request redirection" in the S3
 * User Guide); the answer says where it is in `x-amz-bucket-region`.
 */
export function assertHere(regions: BucketRegions, region: string, bucket: string): void {
  const there = regions.get(bucket);
  if (there === undefined || there === region) return;
  throw new AwsError(
    "PermanentRedirect",
    "The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.",
    { Bucket: bucket, Endpoint: `s3.${there}.amazonaws.com`, Region: there },
  );
}
