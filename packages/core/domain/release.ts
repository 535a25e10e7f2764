// A release never changes: the artifact, its digest, and the manifest as it was then.

export type Artifact = {
  /** `s3://bucket/key` for server, vm and function. */
  uri?: string;
  /** Lower-case hex; checked by whoever unpacks it. */
  sha256?: string;
  /** An image reference, for containers. */
  image?: string;
};

export type Release = {
  id: string;
  app: string;
  version: string;
  artifact: Artifact;
  /** The manifest document as applied when the release was registered (parsed, not yet merged for an environment). */
  manifest: Record<string, unknown>;
  createdAt: string;
  createdBy: string;
  /** When its artifact was made (an object's LastModified, an image's push); where that is not known, `createdAt` counts. */
  artifactAt?: string;
  /** What it was made from, as whoever registered it says. */
  commit?: Commit;
};

export type Commit = { sha: string; at?: string | undefined };
