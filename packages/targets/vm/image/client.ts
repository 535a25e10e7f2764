// The SDK calls of the image workflow's tasks, each with a time-out.
import {
  CreateImageCommand,
  CreateTagsCommand,
  DescribeInstancesCommand,
  type EC2Client,
  type Image,
  type Instance,
  RunInstancesCommand,
  type RunInstancesCommandInput,
  StopInstancesCommand,
} from "@aws-sdk/client-ec2";
import type { S3Client } from "@aws-sdk/client-s3";
import { DescribeInstanceInformationCommand, type SSMClient } from "@aws-sdk/client-ssm";
import type { Clock } from "#core/clock.ts";
import { callAws, isAwsError } from "#targets/host/call-aws.ts";
import { findImages, tagFilters } from "../client.ts";
import { TAGS } from "../naming.ts";

export type Baker = { ec2: EC2Client; ssm: SSMClient; s3: S3Client; clock: Clock };

/** With the client token of an earlier call, that call's instance. */
export async function runInstance({ ec2 }: Baker, input: Partial<RunInstancesCommandInput>): Promise<string> {
  const answer = await callAws("ec2:RunInstances", (abortSignal) =>
    ec2.send(new RunInstancesCommand({ ...input, MinCount: 1, MaxCount: 1 }), { abortSignal }),
  );
  return answer.Instances![0]!.InstanceId!;
}

/** `null` right after its launch, when EC2 need not know it everywhere yet. */
export async function readInstance({ ec2 }: Baker, id: string): Promise<Instance | null> {
  try {
    const answer = await callAws("ec2:DescribeInstances", (abortSignal) =>
      ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] }), { abortSignal }),
    );
    return answer.Reservations?.[0]?.Instances?.[0] ?? null;
  } catch (error) {
    if (isAwsError(error, "InvalidInstanceID.NotFound")) return null;
    throw error;
  }
}

export async function isManaged({ ssm }: Baker, id: string): Promise<boolean> {
  const answer = await callAws("ssm:DescribeInstanceInformation", (abortSignal) =>
    ssm.send(new DescribeInstanceInformationCommand({ Filters: [{ Key: "InstanceIds", Values: [id] }] }), {
      abortSignal,
    }),
  );
  return answer.InstanceInformationList?.[0]?.PingStatus === "Online";
}

export async function stopInstance({ ec2 }: Baker, id: string): Promise<void> {
  await callAws("ec2:StopInstances", (abortSignal) =>
    ec2.send(new StopInstancesCommand({ InstanceIds: [id] }), { abortSignal }),
  );
}

/** `null` where the name is taken. */
export async function createImage(
  { ec2 }: Baker,
  InstanceId: string,
  Name: string,
  Tags: { Key: string; Value: string }[],
): Promise<string | null> {
  try {
    const TagSpecifications = (["image", "snapshot"] as const).map((ResourceType) => ({
      ResourceType,
      Tags,
    }));
    const answer = await callAws("ec2:CreateImage", (abortSignal) =>
      ec2.send(new CreateImageCommand({ InstanceId, Name, TagSpecifications }), { abortSignal }),
    );
    return answer.ImageId!;
  } catch (error) {
    if (isAwsError(error, "InvalidAMIName.Duplicate")) return null;
    throw error;
  }
}

/** What an execution has made so far, tested or not. */
export function imagesOf(baker: Pick<Baker, "ec2">, execution: string): Promise<Image[]> {
  return findImages(baker, tagFilters({ [TAGS.builder]: execution }));
}

export function imagesNamed(baker: Baker, name: string): Promise<Image[]> {
  return findImages(baker, [{ Name: "name", Values: [name] }]);
}

export async function tagImage({ ec2 }: Baker, id: string, Key: string, Value: string): Promise<void> {
  await callAws("ec2:CreateTags", (abortSignal) =>
    ec2.send(new CreateTagsCommand({ Resources: [id], Tags: [{ Key, Value }] }), { abortSignal }),
  );
}
