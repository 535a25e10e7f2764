// The tasks of the image workflow (workflows/image.ts), each idempotent: asked twice it has the effect of once. What one
// finds out, the next ones get with their input. What an execution launches and makes carries its name, so that cleaning up
// needs nobody's memory.
import { createHash } from "node:crypto";
import { TuttiError } from "#core/errors.ts";
import { MOST_SENDS } from "#core/rollout/limits.ts";
import { isAwsError } from "#targets/host/call-aws.ts";
import { downloadLink } from "#targets/host/download-link.ts";
import { readResult } from "#targets/host/result.ts";
import { listInvocations, notListed, readInvocation, startCommand } from "#targets/host/run-command.ts";
import { deleteImage } from "../client.ts";
import { ownerTags, TAGS, tagList, tagsOf } from "../naming.ts";
import { BAKE_SECONDS, bakeScript, CHECK_SECONDS } from "../scripts/compose.ts";
import {
  type Baker,
  createImage,
  imagesNamed,
  imagesOf,
  isManaged,
  readInstance,
  runInstance,
  stopInstance,
  tagImage,
} from "./client.ts";
import type { ImageRequest } from "./request.ts";
import { imageFailed, watch } from "./watch.ts";

/** The input of a task: the request, the execution's name, and what the tasks before it found out. */
export type Baking = ImageRequest & {
  execution: string;
  /** The instance that this part of the workflow is about: the builder, then the copy. */
  instanceId?: string;
  commandId?: string;
  sentAtMs?: number;
  /** How often this instance's script was sent. */
  sends?: number;
  imageId?: string;
};

export type Found = Partial<Pick<Baking, "instanceId" | "commandId" | "sentAtMs" | "sends" | "imageId">>;

export async function launchBuilder(baker: Baker, baking: Baking): Promise<Found> {
  return { instanceId: await launch(baker, baking, "builder", { ImageId: baking.baseImageId }), sends: 0 };
}

export async function bootCopy(baker: Baker, baking: Baking): Promise<Found> {
  const { imageId: ImageId, userData: UserData } = baking;
  return { instanceId: await launch(baker, baking, "copy", { ImageId, UserData }), sends: 0 };
}

async function launch(
  baker: Baker,
  baking: Baking,
  role: "builder" | "copy",
  more: { ImageId?: string | undefined; UserData?: string },
): Promise<string> {
  const { subnetIds, securityGroupIds, instanceProfileArn, execution } = baking;
  const tags = { ...tagsFor(baking), Name: `${baking.app} ${baking.version} (${role})` };
  try {
    return await runInAnyOf(baker, subnetIds, (SubnetId) => ({
      ...more,
      InstanceType: baking.instanceType as never,
      SubnetId,
      ...(securityGroupIds.length > 0 ? { SecurityGroupIds: securityGroupIds } : {}),
      ...(instanceProfileArn ? { IamInstanceProfile: { Arn: instanceProfileArn } } : {}),
      MetadataOptions: { HttpTokens: "required" },
      // A token belongs to one request, and each subnet makes another.
      ClientToken: createHash("sha256").update(`${execution} ${role} ${SubnetId}`).digest("hex"),
      TagSpecifications: [{ ResourceType: "instance", Tags: tagList(tags) }],
    }));
  } catch (error) {
    const { name = "", message = "" } = ((error as Error).cause ?? {}) as Partial<Error>;
    // What is wrong with the request stays wrong: an image that is not there, a type that does not fit.
    if (/^Invalid|^Missing|^Unsupported|IdempotentParameterMismatch/.test(name))
      throw imageFailed(`The ${role} could not be launched: ${message}`);
    throw error;
  }
}

/** What another subnet may not say (EC2 API reference, "Error codes"): no address is left, or its zone has no room for the type, or not the type. */
const ELSEWHERE = ["InsufficientFreeAddressesInSubnet", "InsufficientInstanceCapacity", "Unsupported"];

/** Whatever answer is lost on the way from one to the next: what was launched is found by its tag in the end. */
async function runInAnyOf(
  baker: Baker,
  [subnetId, ...others]: string[],
  inputFor: (subnetId: string) => Parameters<typeof runInstance>[1],
): Promise<string> {
  try {
    return await runInstance(baker, inputFor(subnetId!));
  } catch (error) {
    if (others.length === 0 || !isAwsError(error, ...ELSEWHERE)) throw error;
    return runInAnyOf(baker, others, inputFor);
  }
}

function tagsFor(baking: Baking): Record<string, string> {
  return {
    ...ownerTags(baking),
    [TAGS.version]: baking.version,
    [TAGS.release]: baking.releaseId,
    [TAGS.builder]: baking.execution,
  };
}

/** Running, and heard of by Systems Manager. */
export async function awaitInstance(baker: Baker, { instanceId = "" }: Baking): Promise<Found> {
  await watch(baker.clock, `${instanceId} boots`, async () => {
    const instance = await readInstance(baker, instanceId);
    const state = instance?.State?.Name ?? "pending";
    if (state !== "pending" && state !== "running")
      throw imageFailed(
        `${instanceId} is ${state}: ${instance?.StateReason?.Message ?? "somebody ended it"}`,
      );
    return state === "running" && (await isManaged(baker, instanceId)) ? true : null;
  });
  return {};
}

export async function install(baker: Baker, baking: Baking): Promise<Found> {
  const { app, version, directory, user, run, sha256, artifactUri } = baking;
  const link = await downloadLink(baker, { uri: artifactUri });
  const script = bakeScript({ app, version, directory, user, run, sha256 }, link);
  return send(baker, baking, script, BAKE_SECONDS);
}

export async function checkCopy(baker: Baker, baking: Baking): Promise<Found> {
  return send(baker, baking, baking.checkScript, CHECK_SECONDS);
}

async function send(
  baker: Baker,
  { instanceId = "", sends = 0 }: Baking,
  script: string,
  seconds: number,
): Promise<Found> {
  const sent = await startCommand(baker, [instanceId], script, seconds);
  if (sent.kind === "pending") return { commandId: sent.ref, sentAtMs: baker.clock.now(), sends: sends + 1 };
  throw new TuttiError("still_running", `${instanceId} takes no command yet.`);
}

export async function awaitScript(baker: Baker, baking: Baking): Promise<Found> {
  const { instanceId, commandId = "", sentAtMs, sends = 0, version } = baking;
  const outcome = await watch(baker.clock, `the script on ${instanceId}`, async () => {
    const found = (await listInvocations(baker, commandId)).find((one) => one.InstanceId === instanceId);
    const now = found
      ? readInvocation(found, commandId, BAKE_SECONDS, baker.clock)
      : notListed(commandId, sentAtMs, baker.clock);
    return now.kind === "pending" ? null : now;
  });
  const result = outcome.kind === "exited" ? readResult(outcome) : null;
  const lost = outcome.kind === "exited" ? "it is still at work there" : outcome.reason;
  // An agent that was started again has lost it, or the first run of the script goes on without one: both may run twice.
  if (result === null || result.outcome === "busy") {
    if (sends >= MOST_SENDS) throw imageFailed(`${instanceId}: ${lost}`);
    throw new TuttiError("unreachable", `${instanceId}: ${lost}`);
  }
  if (result.outcome !== "ok") throw imageFailed(result.detail || `The script for ${version} failed.`);
  return {};
}

export async function stopBuilder(baker: Baker, { instanceId = "" }: Baking): Promise<Found> {
  await watch(baker.clock, `${instanceId} stops`, async () => {
    const state = (await readInstance(baker, instanceId))?.State?.Name;
    if (state === "running") await stopInstance(baker, instanceId);
    if (state === "terminated" || state === "shutting-down")
      throw imageFailed(`${instanceId} was terminated before its image was made.`);
    return state === "stopped" ? true : null;
  });
  return {};
}

export async function makeImage(baker: Baker, baking: Baking): Promise<Found> {
  const { execution, name, instanceId = "" } = baking;
  const known = (await imagesOf(baker, execution))[0]?.ImageId;
  const imageId = known ?? (await createImage(baker, instanceId, name, tagList(tagsFor(baking))));
  if (imageId === null) await freeName(baker, name);
  await watch(baker.clock, `the image ${imageId}`, async () => {
    const image = (await imagesOf(baker, execution)).find((one) => one.ImageId === imageId);
    if (image?.State === "failed" || image?.State === "error")
      throw imageFailed(`EC2 could not make the image: ${image.StateReason?.Message ?? image.State}`);
    return image?.State === "available" ? true : null;
  });
  return { imageId: imageId! };
}

/** An earlier execution that was cut off left an image of that name which nobody tested. */
async function freeName(baker: Baker, name: string): Promise<never> {
  for (const image of await imagesNamed(baker, name)) {
    if (tagsOf(image.Tags)[TAGS.digest] !== undefined)
      throw imageFailed(`There is an image ${name} already, made of something else.`);
    await deleteImage(baker, image);
  }
  throw new TuttiError("still_running", `The name ${name} is being freed.`);
}

/** From now on it is found. */
export async function keepImage(baker: Baker, { imageId = "", key }: Baking): Promise<Found> {
  await tagImage(baker, imageId, TAGS.digest, key);
  return {};
}
