// The last task of every path of the image workflow: nothing that the execution launched goes on, and an image that was not
// tested goes with it. It finds things by their tag, so it needs no memory of how far the others came.

import { TuttiError } from "#core/errors.ts";
import type { Vm } from "../client.ts";
import { deleteImage, findInstances, tagFilters, terminateInstances } from "../client.ts";
import { TAGS, tagsOf } from "../naming.ts";
import { imagesOf } from "./client.ts";

export type CleanUp = {
  execution: string;
  /** What led here, where it was an error: as Step Functions tells it. */
  error?: { Error?: string; Cause?: string };
};

/** `reason` is empty where all went well. Who may not even look had a reason before, and that is the one to be told. */
export async function cleanUp(baker: Pick<Vm, "ec2">, asked: CleanUp): Promise<{ reason: string }> {
  const reason = asked.error ? reasonOf(asked.error) : "";
  try {
    await clear(baker, asked);
  } catch (error) {
    if (!reason || !(error instanceof TuttiError && error.code === "platform_denied")) throw error;
  }
  return { reason };
}

async function clear(baker: Pick<Vm, "ec2">, { execution }: CleanUp): Promise<void> {
  const left = await findInstances(baker, tagFilters({ [TAGS.builder]: execution }));
  await terminateInstances(
    baker,
    left.map(({ InstanceId }) => InstanceId!),
  );
  for (const image of await imagesOf(baker, execution))
    if (tagsOf(image.Tags)[TAGS.digest] === undefined) await deleteImage(baker, image);
}

/** The cause of a function's error is what Lambda's runtime makes of it: `{"errorType": …, "errorMessage": …}`. */
export function reasonOf({ Error: name = "", Cause = "" }: { Error?: string; Cause?: string }): string {
  try {
    const { errorMessage } = JSON.parse(Cause) as { errorMessage?: unknown };
    if (typeof errorMessage === "string" && errorMessage !== "") return errorMessage;
  } catch {
    // Not of a function: told as it is.
  }
  return [name, Cause].filter(Boolean).join(": ") || "The image workflow failed without a word.";
}
