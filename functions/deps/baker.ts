// What the tasks of the image workflow work with.
import { EC2Client } from "@aws-sdk/client-ec2";
import { S3Client } from "@aws-sdk/client-s3";
import { SSMClient } from "@aws-sdk/client-ssm";
import type { Baker } from "#targets/vm/image/client.ts";
import { awsOptions } from "./aws-options.ts";
import { systemClock } from "./clock.ts";

export function createBaker(): Baker {
  return {
    ec2: new EC2Client(awsOptions()),
    ssm: new SSMClient(awsOptions()),
    s3: new S3Client(awsOptions()),
    clock: systemClock,
  };
}
