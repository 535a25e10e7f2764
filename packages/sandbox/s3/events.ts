// What S3 tells the event bus: "Using EventBridge" in the S3 User Guide, event message structure.
import { randomUUID } from "node:crypto";
import type { Platform } from "../platform.ts";
import type { ObjectRecord } from "./buckets.ts";

let sequence = 0;

export function emitCreated(
  platform: Platform,
  bucket: string,
  record: ObjectRecord,
  requester: string,
): void {
  const detail = {
    version: "0",
    bucket: { name: bucket },
    object: {
      key: record.key,
      size: record.sizeBytes,
      etag: record.etag,
      // Only ever compared for the same key: later is greater.
      sequencer: (platform.now() * 1000 + (sequence++ % 1000)).toString(16).toUpperCase().padStart(18, "0"),
    },
    "request-id": randomUUID(),
    requester,
    "source-ip-address": "127.0.0.1",
    reason: "PutObject",
  };
  platform.emit("aws.s3", "Object Created", detail, [`arn:aws:s3:::${bucket}`]);
}
