// Images: which there are, which may be launched from, and how one is made of an instance.
import { rm } from "node:fs/promises";
import { AwsError } from "../platform.ts";
import { takeImage } from "./image-files.ts";
import { imageDirectory, transition } from "./instance-life.ts";
import type { ImageRecord } from "./model.ts";
import type { State } from "./state.ts";

/** Of the one disk that an image has here. */
export const IMAGE_GIB = 8;

export function findImage(state: State, id: string): ImageRecord {
  if (!/^ami-[0-9a-f]{8,17}$/.test(id)) throw new AwsError("InvalidAMIID.Malformed", `Invalid id: "${id}"`);
  const image = state.images.get(id);
  if (!image) throw new AwsError("InvalidAMIID.NotFound", `The image id '[${id}]' does not exist`);
  return image;
}

/** By id, or by the public or own parameter of Systems Manager that holds it. */
export async function findUsableImage(state: State, name: string | undefined): Promise<ImageRecord> {
  if (!name) throw new AwsError("MissingParameter", "The request must contain the parameter ImageId");
  const parameter = /^resolve:ssm:(.+)$/.exec(name)?.[1];
  const image = findImage(state, parameter ? await resolve(state, parameter) : name);
  if (image.state === "available") return image;
  throw new AwsError(
    "InvalidAMIID.Unavailable",
    `The image ID '${image.id}' is not yet available or failed: ${image.state}`,
  );
}

async function resolve({ platform }: State, parameter: string): Promise<string> {
  const found = (await platform.call("ssm", "GetParameters", { Names: [parameter] }, "root")) as {
    Parameters: { Value: string }[];
  };
  const value = found.Parameters[0]?.Value;
  if (!value) throw new AwsError("InvalidParameterValue", `The SSM parameter '${parameter}' does not exist.`);
  return value;
}

/** A running instance is shut down for the copy and booted again, unless it is not to be rebooted. */
export function beginImage(state: State, image: ImageRecord, reboots: boolean): void {
  const id = image.sourceInstanceId!;
  void transition(state, id, async () => {
    try {
      const machine = state.machines.fleet.machine(id);
      const wasRunning = state.instances.get(id)?.state === "running";
      if (wasRunning && reboots) await machine.stop();
      const origin = await takeImage(machine.directory, imageDirectory(state, image.id));
      if (wasRunning && reboots) void machine.boot();
      await finish(state, image.id, { state: "available", origin });
    } catch (error) {
      await finish(state, image.id, { state: "failed", reason: (error as Error).message });
      throw error;
    }
  });
}

/** It may have been deregistered meanwhile; then nothing of it stays. */
async function finish(state: State, id: string, part: Partial<ImageRecord>): Promise<void> {
  const image = state.images.get(id);
  if (image) state.images.set(id, { ...image, ...part });
  else await rm(imageDirectory(state, id), { recursive: true, force: true });
}

export async function deleteImage(state: State, image: ImageRecord): Promise<void> {
  state.images.delete(image.id);
  await rm(imageDirectory(state, image.id), { recursive: true, force: true });
}

/** What was being copied when the sandbox was killed is copied again. */
export function resumeImages(state: State): void {
  for (const image of state.images.list()) {
    if (image.state !== "pending") continue;
    if (state.machines.fleet.record(image.sourceInstanceId!)) beginImage(state, image, true);
    else state.images.set(image.id, { ...image, state: "failed", reason: "The instance is gone." });
  }
}
