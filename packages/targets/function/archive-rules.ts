// What an archive must keep to, whichever its format: names stay inside, there are no links, and it fits Lambda.

/** Something that no waiting will mend; the message becomes the reason of the deployment. */
export class Refusal extends Error {}

/** "50 MB (zipped, for direct upload)" and "250 MB (unzipped)": Lambda quotas, Function configuration, deployment and execution. */
export const ZIPPED_LIMIT_BYTES = 50 * 1024 * 1024;
export const UNZIPPED_LIMIT_BYTES = 250 * 1024 * 1024;

/** The earliest day that a zip can tell (APPNOTE.txt 4.4.6), so that no build time gets in. */
export const EPOCH = new Date(1980, 0, 1);
/** "Version made by": whose file attributes they are (APPNOTE.txt 4.4.2). */
export const UNIX = 3;

/** The name as it goes into the zip; throws where it would leave the directory. */
export function safeName(name: string): string {
  const parts = name.split("/").filter((part) => part !== "" && part !== ".");
  const escapes =
    name.startsWith("/") || name.includes("\\") || /^[A-Za-z]:/.test(name) || parts.includes("..");
  if (escapes || name.includes("\0"))
    throw new Refusal(`The archive holds "${name}", which would be unpacked outside its directory.`);
  return parts.join("/");
}

export function refuseLink(name: string): never {
  throw new Refusal(`The archive holds the link "${name}"; only files and directories are taken.`);
}

export function checkZippedSize(bytes: number): void {
  if (bytes > ZIPPED_LIMIT_BYTES)
    throw new Refusal(`The artifact has ${mebibytes(bytes)} MiB zipped; Lambda takes at most 50 MiB.`);
}

export function checkUnzippedSize(bytes: number): void {
  if (bytes > UNZIPPED_LIMIT_BYTES)
    throw new Refusal("The artifact has more than 250 MiB unzipped, which is all that Lambda takes.");
}

function mebibytes(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(1);
}
