// What the tasks of the image workflow work with: where the image is to be, at home or in another account. Artifacts are at home in any case.
import { EC2Client } from "@aws-sdk/client-ec2";
import { S3Client } from "@aws-sdk/client-s3";
import { SSMClient } from "@aws-sdk/client-ssm";
import type { TargetAccount } from "#core/domain/environment.ts";
import { TuttiError } from "#core/errors.ts";
import type { Baker } from "#targets/vm/image/client.ts";
import { awsOptions } from "./aws-options.ts";
import { systemClock } from "./clock.ts";
import { type Bring, inEachAccount } from "./target-accounts.ts";

/** Throws `platform_denied` for another account where the installation knows none. */
export function createBakers(env: NodeJS.ProcessEnv): (account: TargetAccount | undefined) => Baker {
  const s3 = new S3Client(awsOptions());
  const make = (bring: Bring): Baker => ({
    ec2: bring(new EC2Client(awsOptions())),
    ssm: bring(new SSMClient(awsOptions())),
    s3,
    clock: systemClock,
  });
  const home = make((client) => client);
  const elsewhere = env.TUTTI_TARGET_ROLE && inEachAccount(env.TUTTI_TARGET_ROLE, make);
  return (account) => {
    if (!account) return home;
    if (!elsewhere)
      throw new TuttiError("platform_denied", "This installation makes no images in other accounts.");
    return elsewhere(account);
  };
}
