// Brings a build's source into its folder: a zip from S3, fetched with the project's role.
import { mkdirSync } from "node:fs";
import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import type { Platform } from "../platform.ts";
import type { Build } from "./model.ts";
import { unzipInto } from "./zip-folder.ts";

/** Throws what went wrong in CodeBuild's manner. */
export async function fetchSource(platform: Platform, build: Build, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const { type, location = "" } = build.source;
  if (type === "NO_SOURCE") return;
  const [Bucket, ...key] = location.replace(/^arn:aws:s3:::/, "").split("/");
  try {
    const input = { Bucket, Key: key.join("/") };
    const object = await platform.call("s3", "GetObject", input, build.serviceRole);
    unzipInto(await buffer((object as { Body: Readable }).Body), folder);
  } catch (error) {
    const { name, message } = error as Error;
    throw new Error(`CLIENT_ERROR: ${name}: ${message} for primary source ${location}`);
  }
}
