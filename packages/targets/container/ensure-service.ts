// Makes a side's service what a step wants it to be: target group in the listener first, then the revision, then the service.
// Asked twice it changes nothing the second time.
import type { Service } from "@aws-sdk/client-ecs";
import type { TargetContext } from "#core/driver/driver.ts";
import type { Side } from "#targets/balancer/sides.ts";
import { isAwsError } from "#targets/host/call-aws.ts";
import { createService, tagService, updateService } from "./client.ts";
import { connectOf } from "./connect.ts";
import { type Container, wishOf } from "./container.ts";
import type { Live } from "./live.ts";
import { countTag, readCount } from "./naming.ts";
import type { Percents } from "./percents.ts";
import { ensureRevision } from "./revisions.ts";
import { change, creation, type Wanted } from "./settings.ts";

export type ServiceWish = {
  side: Side;
  version: string;
  /** `null`: as many as the service keeps. */
  count: number | null;
  percents: Percents;
  /** A deployment that began before it is begun anew. */
  freshSince?: string;
  /** A second service remembers how many the first one kept. */
  countBefore?: number;
};

/** The service as it is now; `null` where its name is not free yet (a deleted one is still draining). */
export async function ensureService(
  container: Container,
  target: TargetContext,
  live: Live,
  wish: ServiceWish,
): Promise<Service | null> {
  if (live.leaving.includes(wish.side)) return null;
  const [targetGroupArn, revisionArn] = await Promise.all([
    container.balancer.ensure(wishOf(target, wish.side)),
    ensureRevision(container, target, wish.version),
  ]);
  const wanted = { ...wish, revisionArn, connect: connectOf(target, live, wish.side) };
  const found = live.sides.find(({ side }) => side === wish.side)?.service;
  if (!found)
    return create(
      container,
      target,
      { ...wanted, count: wish.count ?? target.spec.replicas },
      targetGroupArn,
    );
  if (wish.countBefore !== undefined && readCount(found.tags) !== wish.countBefore)
    await tagService(container.clients, found.serviceArn!, [countTag(wish.countBefore)]);
  const input = change(target, found, wanted);
  return input ? updateService(container.clients, input) : found;
}

async function create(
  container: Container,
  target: TargetContext,
  wanted: ServiceWish & Pick<Wanted, "revisionArn" | "connect"> & { count: number },
  targetGroupArn: string,
): Promise<Service | null> {
  const input = creation(container.namePrefix, target, wanted, targetGroupArn);
  const tags = [...(input.tags ?? []), ...(wanted.countBefore ? [countTag(wanted.countBefore)] : [])];
  try {
    return await createService(container.clients, { ...input, tags });
  } catch (error) {
    // Made by a run of this step whose answer was lost: the next look finds it.
    if (isAlreadyThere(error)) return null;
    throw error;
  }
}

/** ECS has no name of its own for it (ECS API reference, CreateService, InvalidParameterException). */
function isAlreadyThere(error: unknown): boolean {
  return (
    isAwsError(error, "InvalidParameterException") &&
    /not idempotent|still Draining|already exists/i.test((error as Error).message)
  );
}
