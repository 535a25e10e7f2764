// Apps and releases of the document's story: the storefront goes from v1 to v2 in prod.

/** The second of two moments that most of the examples are made of. */
export const STARTED_AT = "2026-11-26T12:00:02.000Z";
export const CREATED_AT = "2026-11-26T12:00:00.000Z";
export const ENDED_AT = "2026-11-26T12:01:04.000Z";
export const DIGEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

export const MANIFEST = {
  app: "storefront",
  kind: "server",
  start: "node app.js",
  port: 8080,
  replicas: 3,
  health: { path: "/healthz" },
  rollout: { strategy: "rolling", batch: 1, bakeSeconds: 10 },
  config: { GREETING: "Hello, World!" },
  environments: { prod: { rollout: { approval: "before" } } },
};

export const SCHEDULE = {
  environment: "prod",
  name: "nightly",
  cron: "0 3 * * *",
  timezone: "Europe/Berlin",
  action: "restart",
  nextRunAt: "2026-11-27T02:00:00.000Z",
};

export const APP = {
  app: "storefront",
  kind: "server",
  manifest: MANIFEST,
  createdAt: CREATED_AT,
  updatedAt: CREATED_AT,
  schedules: [SCHEDULE],
};

const URI = "s3://tutti-artifacts-123456789012/uploads/storefront/art_01kaz3/artifact.tar.gz";

export const UPLOAD_REQUEST = { file: "artifact.tar.gz" };
export const UPLOAD = {
  uploadUrl:
    "https://tutti-artifacts-123456789012.s3.amazonaws.com/uploads/storefront/art_01kaz3/artifact.tar.gz?X-Amz-Signature=…",
  uri: URI,
  expiresAt: "2026-11-26T12:15:00.000Z",
};

const COMMIT = { sha: "4c1b2d8", at: "2026-11-26T11:46:00Z" };

export const RELEASE_REQUEST = { version: "v2", artifact: { uri: URI, sha256: DIGEST }, commit: COMMIT };
export const RELEASE = {
  id: "rel_01kaz3",
  app: "storefront",
  version: "v2",
  artifact: { uri: URI, sha256: DIGEST },
  commit: COMMIT,
  createdAt: CREATED_AT,
  createdBy: "ci storefront",
};

export const IMAGE_BUILD_REQUEST = {
  version: "v2",
  source: { uri: "s3://tutti-artifacts-123456789012/uploads/orders/art_01kaz4/source.zip" },
};
export const IMAGE_BUILD = {
  id: "img_01kaz4",
  app: "orders",
  version: "v2",
  status: "succeeded",
  phase: "succeeded",
  image: `123456789012.dkr.ecr.eu-central-1.amazonaws.com/tutti/orders@sha256:${DIGEST}`,
  reason: "",
  log: ["Successfully built 4c1b2d"],
  startedAt: STARTED_AT,
  endedAt: ENDED_AT,
  cost: { minutes: 1, dollars: 0.005 },
};

export const HOOK_SECRET = { app: "storefront", secret: "tuttihook_…", createdAt: CREATED_AT };
