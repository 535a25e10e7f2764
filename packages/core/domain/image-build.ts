// The build of a container image from an uploaded folder, as whoever asked for it follows it.

export type ImageBuildStatus = "building" | "succeeded" | "failed";

export type ImageBuild = {
  /** `img_…` */
  id: string;
  app: string;
  version: string;
  status: ImageBuildStatus;
  /** What it is at, in words: `downloading the source`. */
  phase: string;
  /** `repository@sha256:…` once it has succeeded. */
  image: string | null;
  /** Why it failed. */
  reason: string;
  startedAt: string;
  endedAt: string | null;
};
