// What the image workflow is asked for: everything that makes an image, and how a copy of it is tested. It travels as the
// execution's input, so it holds no secret and no link.
import type { TargetAccount } from "#core/domain/environment.ts";
import type { Release } from "#core/domain/release.ts";
import type { TargetContext } from "#core/driver/driver.ts";
import { groundOf, ownerOf } from "../ground.ts";
import { hashOf, imageName, type Owner } from "../naming.ts";
import { checkScript, userDataOf } from "../scripts/compose.ts";

export type ImageRequest = Owner & {
  version: string;
  releaseId: string;
  /** Digest of all that makes the image: two requests with the same one want the same image. */
  key: string;
  /** The image's name. */
  name: string;
  baseImageId: string;
  instanceType: string;
  /** In this order: the next one where one is full, or its zone has not the type. */
  subnetIds: string[];
  securityGroupIds: string[];
  instanceProfileArn: string | null;
  /** `s3://bucket/key` */
  artifactUri: string;
  /** Lower-case hex; empty where nobody named one. */
  sha256: string;
  /** Script of the artifact that is run while baking; empty for none. */
  run: string;
  directory: string;
  user: string;
  /** How a copy boots, and the script that watches it. */
  userData: string;
  checkScript: string;
  /** Where it is made, if not in Tutti's own account. An external id is none of IAM's secrets ("How to use an external ID" in the IAM User Guide). */
  account?: TargetAccount;
};

export function imageRequest(
  target: TargetContext,
  release: Release,
  { namePrefix, instanceType }: Pick<ImageRequest, "instanceType"> & { namePrefix: string },
): ImageRequest {
  const { vm, network } = groundOf(target);
  const own = makings(target, release);
  const account = target.environment.accounts?.vm;
  const key = keyOf(target, release);
  return {
    ...ownerOf(target),
    ...own,
    version: release.version,
    releaseId: release.id,
    key,
    name: imageName(namePrefix, target.app, release.version, key),
    instanceType,
    subnetIds: network.subnetIds,
    securityGroupIds: network.securityGroupIds,
    instanceProfileArn: vm.instanceProfileArn ?? null,
    userData: userDataOf(target, release, { isTrial: true }),
    checkScript: checkScript(target),
    ...(account ? { account } : {}),
  };
}

/** 64 hex digits. The environment, its configuration and the start line are no part of it; the account and region are, where they are not Tutti's own. */
export function keyOf(target: Pick<TargetContext, "app" | "environment" | "spec">, release: Release): string {
  const { artifactUri, sha256, ...rest } = makings(target, release);
  // The bytes' digest is what counts; where nobody named one, the place they come from.
  const account = target.environment.accounts?.vm;
  const elsewhere = account ? [account.id, account.region] : [];
  return hashOf([target.app, sha256 || artifactUri, rest, ...elsewhere]);
}

function makings({ environment, spec }: Pick<TargetContext, "environment" | "spec">, { artifact }: Release) {
  const { vm } = groundOf({ environment });
  return {
    baseImageId: spec.vm.baseImage ?? vm.baseImageId,
    artifactUri: artifact.uri ?? "",
    sha256: artifact.sha256 ?? "",
    run: spec.build?.run ?? "",
    directory: vm.directory,
    user: vm.user,
  };
}
