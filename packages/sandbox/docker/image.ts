// An image as it is kept and pushed: a configuration, layers, and the manifest that names both. OCI Image Format
// Specification (config.md, manifest.md); Healthcheck is Docker's own addition to the configuration.
import { createHash } from "node:crypto";

export type ContainerConfig = {
  User?: string;
  ExposedPorts?: Record<string, object>;
  Env: string[];
  Entrypoint?: string[];
  Cmd?: string[];
  WorkingDir?: string;
  Labels?: Record<string, string>;
  StopSignal?: string;
  Healthcheck?: Healthcheck;
};

/** Durations in nanoseconds. */
export type Healthcheck = {
  Test: string[];
  Interval?: number;
  Timeout?: number;
  StartPeriod?: number;
  StartInterval?: number;
  Retries?: number;
};

export type Layer = {
  /** Of the compressed bytes. */
  digest: string;
  /** Of the bytes before compression. */
  diffId: string;
  bytes: Buffer;
};

export type Image = {
  /** The configuration's digest. */
  id: string;
  config: Buffer;
  layers: Layer[];
  /** What FROM named, e.g. `docker.io/library/node:21.7`; nothing for scratch. */
  base: string | undefined;
};

export type HistoryEntry = { created: string; created_by: string; empty_layer?: true };

const MEDIA = "application/vnd.oci.image";
export const MANIFEST_TYPE = `${MEDIA}.manifest.v1+json`;

/** Nothing in an image depends on when it was made: the same files give the same digest. */
export const CREATED = "1970-01-01T00:00:00Z";

export function configOf(config: ContainerConfig, layers: Layer[], history: HistoryEntry[]): Buffer {
  return Buffer.from(
    JSON.stringify({
      created: CREATED,
      architecture: process.arch === "arm64" ? "arm64" : "amd64",
      os: "linux",
      config,
      rootfs: { type: "layers", diff_ids: layers.map((layer) => layer.diffId) },
      history,
    }),
  );
}

export function manifestOf({ config, layers, base }: Image): string {
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    config: { mediaType: `${MEDIA}.config.v1+json`, digest: digestOf(config), size: config.length },
    layers: layers.map(({ digest, bytes }) => ({
      mediaType: `${MEDIA}.layer.v1.tar+gzip`,
      digest,
      size: bytes.length,
    })),
    // OCI Image Format Specification, annotations.md. The base's own layers are not in the image.
    ...(base ? { annotations: { "org.opencontainers.image.base.name": base } } : {}),
  });
}

export function digestOf(bytes: Buffer | string): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}
