// Which images stand. One that was tested carries the digest of what it was made of; what is under way or was given up
// carries none, so that it is never found.
import type { Image } from "@aws-sdk/client-ec2";
import type { Release } from "#core/domain/release.ts";
import type { TargetContext } from "#core/driver/driver.ts";
import { findImages, tagFilters, type Vm } from "../client.ts";
import { TAGS, tagsOf } from "../naming.ts";
import { keyOf } from "./request.ts";

export type Standing = { id: string; key: string; version: string; createdAt: string; image: Image };

export type Images = { standing: Standing[]; untested: Image[] };

/** All of an app, whichever environment asked for them. */
export async function readImages(vm: Pick<Vm, "ec2">, app: string): Promise<Images> {
  const found = await findImages(vm, tagFilters({ [TAGS.app]: app }));
  const isTested = ({ Tags }: Image) => tagsOf(Tags)[TAGS.digest] !== undefined;
  const standing = found.filter((one) => isTested(one) && one.State === "available");
  return { standing: newestFirst(standing), untested: found.filter((one) => !isTested(one)) };
}

function newestFirst(images: Image[]): Standing[] {
  return images
    .map((image) => {
      const tags = tagsOf(image.Tags);
      return {
        id: image.ImageId!,
        key: tags[TAGS.digest] ?? "",
        version: tags[TAGS.version] ?? "",
        createdAt: image.CreationDate ?? "",
        image,
      };
    })
    .sort((a, b) => b.createdAt.localeCompare(a.createdAt));
}

/** The image of a release as the target's settings are now. */
export async function imageOf(
  vm: Pick<Vm, "ec2">,
  target: TargetContext,
  release: Release,
): Promise<Standing | null> {
  const key = keyOf(target, release);
  const found = await findImages(vm, [
    ...tagFilters({ [TAGS.app]: target.app, [TAGS.digest]: key }),
    { Name: "state", Values: ["available"] },
  ]);
  const image = found[0];
  if (!image?.ImageId) return null;
  return { id: image.ImageId, key, version: release.version, createdAt: image.CreationDate ?? "", image };
}
