// The calls of the SDK about task definitions, whose revisions are what releases become.
import {
  DeregisterTaskDefinitionCommand,
  DescribeTaskDefinitionCommand,
  ListTaskDefinitionsCommand,
  RegisterTaskDefinitionCommand,
  type RegisterTaskDefinitionCommandInput,
  type Tag,
  type Volume,
} from "@aws-sdk/client-ecs";
import { callAws, isAwsError } from "#targets/host/call-aws.ts";
import type { ContainerClients } from "./client.ts";

type Ecs = Pick<ContainerClients, "ecs">;

/** The most that a page of ListTaskDefinitions has. */
const PAGE = 100;

/** ARNs of the active revisions, the newest first; at most 100. */
export async function listRevisions({ ecs }: Ecs, familyPrefix: string): Promise<string[]> {
  const input = { familyPrefix, status: "ACTIVE", sort: "DESC", maxResults: PAGE } as const;
  const answer = await callAws("ecs:ListTaskDefinitions", (abortSignal) =>
    ecs.send(new ListTaskDefinitionsCommand(input), { abortSignal }),
  );
  return answer.taskDefinitionArns ?? [];
}

export type Revision = { tags: Tag[]; volumes: Volume[] };

/** `null` where there is none. */
export async function readRevision({ ecs }: Ecs, taskDefinition: string): Promise<Revision | null> {
  try {
    const answer = await callAws("ecs:DescribeTaskDefinition", (abortSignal) =>
      ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition, include: ["TAGS"] }), { abortSignal }),
    );
    return { tags: answer.tags ?? [], volumes: answer.taskDefinition?.volumes ?? [] };
  } catch (error) {
    if (isAwsError(error, "ClientException")) return null;
    throw error;
  }
}

export async function registerRevision(
  { ecs }: Ecs,
  input: RegisterTaskDefinitionCommandInput,
): Promise<string> {
  const answer = await callAws("ecs:RegisterTaskDefinition", (abortSignal) =>
    ecs.send(new RegisterTaskDefinitionCommand(input), { abortSignal }),
  );
  return answer.taskDefinition!.taskDefinitionArn!;
}

export async function deregisterRevision({ ecs }: Ecs, taskDefinition: string): Promise<void> {
  await callAws("ecs:DeregisterTaskDefinition", (abortSignal) =>
    ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition }), { abortSignal }),
  );
}
