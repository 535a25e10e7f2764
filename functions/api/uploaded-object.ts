// An object that an app's caller uploaded: it must lie where this app's uploads go, and be there.
import type { ApiDeps } from "./deps.ts";
import { refusal } from "./validate.ts";

export type UploadedObject = { key: string; sizeBytes: number; sha256: string | null; modifiedAt: string };

/** `path`: where the body names the uri. Throws `invalid_input`. */
export async function uploadedObject(
  { artifacts }: Pick<ApiDeps, "artifacts">,
  app: string,
  uri: string,
  path: string,
): Promise<UploadedObject> {
  const root = `s3://${artifacts.name}/`;
  const homes = [`${root}uploads/${app}/`, `${root}releases/${app}/`];
  // Another app's upload, or another bucket, is not this caller's to hand out.
  if (!homes.some((home) => uri.startsWith(home)))
    throw refusal([{ path, message: `must begin with ${homes[0]}, as the upload gave it` }]);
  const key = uri.slice(root.length);
  const head = await artifacts.head(key);
  if (!head) throw refusal([{ path, message: "names no object: nothing was uploaded there" }]);
  return { key, ...head };
}
