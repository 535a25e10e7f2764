// Which images stand. One that was tested carries the digest of what it was made of; what is under way or was given up
// carries none, so that it is never found.
import type { Image, Snapshot, Tag } from "@aws-sdk/client-ec2";
import type { Release } from "#core/domain/release.ts";
import type { TargetContext } from "#core/driver/driver.ts";
import { findImages, readSnapshots, tagFilters, type Vm } from "../client.ts";
import { TAGS, tagsOf } from "../naming.ts";
import { keyOf } from "./request.ts";

export type Standing = { id: string; key: string; version: string; createdAt: string; image: Image };

/** `makers`: the executions of all that are there, in any state. */
export type Images = { standing: Standing[]; untested: Image[]; makers: Set<string> };

/** All of an app, whichever environment asked for them. */
export async function readImages(vm: Pick<Vm, "ec2">, app: string): Promise<Images> {
  const found = await findImages(vm, tagFilters({ [TAGS.app]: app }));
  const isTested = ({ Tags }: Image) => tagsOf(Tags)[TAGS.digest] !== undefined;
  const standing = found.filter((one) => isTested(one) && one.State === "available");
  const makers = new Set(found.map(({ Tags }) => makerOf(Tags)));
  return { standing: newestFirst(standing), untested: found.filter((one) => !isTested(one)), makers };
}

/** The execution that made it; empty where it was none. */
export function makerOf(tags: Tag[] | undefined): string {
  return tagsOf(tags)[TAGS.builder] ?? "";
}

/** Snapshots of an app's images that are gone: whoever deleted an image may not have got so far. */
export async function strandedSnapshots(
  vm: Pick<Vm, "ec2">,
  app: string,
  { makers }: Images,
): Promise<Snapshot[]> {
  const filters = [...tagFilters({ [TAGS.app]: app }), { Name: "tag-key", Values: [TAGS.builder] }];
  return (await readSnapshots(vm, filters)).filter(({ Tags }) => !makers.has(makerOf(Tags)));
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
