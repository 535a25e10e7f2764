// RunInstances: the records of what is asked for, each pending, and a boot for each. The same client token gives the
// same instances again.
import { createHash } from "node:crypto";
import type { RunInstancesRequest } from "@aws-sdk/client-ec2";
import { AwsError } from "../platform.ts";
import { boot } from "./instance-life.ts";
import { type LaunchRequest, readLaunch } from "./launch-request.ts";
import type { InstanceRecord, Tags } from "./model.ts";
import { newId, type State } from "./state.ts";

/** `systemTags`: those that only AWS's own services may set. */
export async function runInstances(
  state: State,
  input: RunInstancesRequest,
  systemTags: Tags = {},
): Promise<InstanceRecord[]> {
  const { ClientToken: clientToken, ...rest } = input;
  const fingerprint = createHash("sha256").update(JSON.stringify(rest)).digest("base64url");
  const known = launchedWith(state, clientToken, fingerprint);
  if (known.length > 0) return known;
  const request = await readLaunch(state, rest);
  // Whatever was awaited may have let the same token through; nothing is awaited from here on.
  const twin = launchedWith(state, clientToken, fingerprint);
  if (twin.length > 0) return twin;
  const reservationId = newId("r");
  const tags = { ...request.tags, ...systemTags };
  const token = clientToken ? { clientToken, fingerprint } : {};
  const records = Array.from({ length: request.maxCount }, (_unused, launchIndex) => ({
    ...newInstance(state, request, tags),
    ...token,
    reservationId,
    launchIndex,
  }));
  for (const record of records) {
    state.instances.set(record.id, record);
    boot(state, record.id);
  }
  return records;
}

function launchedWith(state: State, token: string | undefined, fingerprint: string): InstanceRecord[] {
  if (!token) return [];
  const launched = state.instances.list().filter((instance) => instance.clientToken === token);
  if (launched.some((instance) => instance.fingerprint !== fingerprint))
    throw new AwsError(
      "IdempotentParameterMismatch",
      "The request uses the same client token as a previous, but non-identical request.",
    );
  return launched.sort((a, b) => a.launchIndex - b.launchIndex);
}

function newInstance(
  state: State,
  { image, type, subnetId, securityGroupIds, profileArn, userData, tellsTags }: LaunchRequest,
  tags: Tags,
): Omit<InstanceRecord, "reservationId" | "launchIndex"> {
  return {
    id: newId("i"),
    state: "pending",
    imageId: image.id,
    architecture: image.architecture,
    type,
    subnetId,
    securityGroupIds,
    profileArn,
    userData,
    userDataDone: false,
    tellsTags,
    tags,
    launchedAt: state.platform.now(),
  };
}
