// `volumes`: disks that outlive a release. A disk is a copy's own, or one file system that all copies share; or goes with its copy, where
// that is said.
import * as z from "zod";

/** A label as of DNS, so that it is safe in names of volumes, folders and tags; `TUTTI_VOLUME_…` is made of it. */
const NAME = /^[a-z]([a-z0-9-]{0,28}[a-z0-9])?$/;
const PATH = /^(\/(?!\.{1,2}(\/|$))[A-Za-z0-9._-]+)+$/;
const SNAPSHOT = /^snap-([0-9a-f]{8}|[0-9a-f]{17})$/;
/** What a machine cannot do without: nothing is laid over it, and nothing goes below the first three. */
const SYSTEM = /^\/((proc|sys|dev)(\/.*)?|bin|boot|etc|home|lib|lib64|opt|root|run|sbin|tmp|usr|var)$/;
/** Where releases live on a host that is set up without another word: a release is replaced as a whole. */
const RELEASES = /^\/opt\/tutti(\/.*)?$/;

export const volumeSchema = z.strictObject({
  name: z
    .string()
    .regex(
      NAME,
      "must be at most 30 lower-case letters, digits or hyphens, from a letter to a letter or digit",
    )
    .describe("The app finds where it lies in TUTTI_VOLUME_ and this name in capitals."),
  path: z
    .string()
    .max(160)
    .regex(
      PATH,
      "must be an absolute path of letters, digits and ._- between slashes, without .., such as /data",
    )
    .refine((path) => !SYSTEM.test(path), "is the system's: choose a path of its own, such as /data")
    .refine((path) => !RELEASES.test(path), "is where releases are: choose a path outside, such as /data")
    .describe("Where the app finds it. On a function below /mnt/."),
  sizeGiB: z
    .int()
    .min(1)
    .max(16_384)
    .describe("Size of each copy's disk. A shared file system grows by itself and is not bounded by it."),
  shared: z
    .boolean()
    .optional()
    .describe(
      "container, function: one file system that all copies see at once. Default false: one disk per copy.",
    ),
  snapshot: z
    .boolean()
    .optional()
    .describe("vm: a snapshot of each disk before it changes hands. Default false."),
  ephemeral: z
    .boolean()
    .optional()
    .describe("container: a disk of each copy's own, new with it and gone with it. Default false."),
  fromSnapshot: z
    .string()
    .regex(SNAPSHOT, "must be the id of an EBS snapshot, such as snap-0123456789abcdef0")
    .optional()
    .describe("With ephemeral: what each disk begins with. Default: an empty file system."),
});

export const volumesSchema = z
  .array(volumeSchema)
  .max(10, "must be at most 10 volumes")
  .superRefine((volumes, context) => {
    volumes.forEach((one, index) => {
      const before = volumes.slice(0, index);
      const told = (key: "name" | "path", message: string) =>
        context.addIssue({ code: "custom", path: [index, key], message });
      if (before.some(({ name }) => name === one.name))
        told("name", `must be another name: ${one.name} is there twice`);
      const other = before.find(({ path }) => isWithin(path, one.path) || isWithin(one.path, path));
      if (other) told("path", `must not lie in another volume's path: ${one.path} and ${other.path}`);
    });
  })
  .describe("Disks that are kept across releases.");

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}
