// Telling of changes. A change is told right behind its write and before whatever follows from it (an execution, a wake-up, the
// lock given back), so that nothing goes on that was not told; which one was told last is kept beside the deployment while the
// sweep may still have to ask. What the bus does not take now is kept, and told by the sweep.
import { type DeploymentStatus, isEnded } from "#core/domain/deployment.ts";
import type { Notice } from "#core/domain/notice.ts";
import type { Receiver } from "#core/domain/receiver.ts";
import { isWanted } from "#core/notify/wanted.ts";
import { keys, lists } from "./keys.ts";
import type { Item, Table } from "./table.ts";

const KEPT_SECONDS = 7 * 86_400;
const AT_ONCE = 100;

/** `receivers`: how many of its environment's want it. Nobody has to be called where none does. */
export type AddressedNotice = Notice & { receivers?: number };

/** Where notices go. Takes all of them or throws. */
export type NoticeBus = { put(notices: AddressedNotice[]): Promise<void> };

export type Notices = {
  /** Told, or kept to be told. Throws only where not even that is possible. */
  tell(notices: Notice[]): Promise<void>;
  /** Sequence of the last event of the deployment that is known to have been told; 0 where none is. */
  toldSeq(deploymentId: string): Promise<number>;
  /** Tells what was kept; how many they were. Throws what the bus throws. */
  tellKept(): Promise<number>;
};

type ReceiversOf = (environment: string) => Promise<Receiver[]>;

export function noticesIn(table: Table, bus: NoticeBus | null, receiversOf: ReceiversOf): Notices {
  return {
    tell: async (notices) => {
      if (!bus || notices.length === 0) return;
      let going: AddressedNotice[] = notices;
      try {
        going = await addressed(notices, receiversOf);
        await bus.put(going);
      } catch {
        await table.putAll(going.map(untoldItem));
      }
      const last = notices.findLast(({ type, deployment }) => {
        return deployment && type.startsWith("deployment.") && isAskedFor(deployment.status);
      });
      if (last) await table.put(toldItem(last, last.deployment!.id));
    },
    toldSeq: async (id) => ((await table.get(keys.told(id)))?.seq as number | undefined) ?? 0,
    tellKept: async () => {
      if (!bus) return 0;
      const { items } = await table.query({ pk: lists.untold, limit: AT_ONCE });
      if (items.length === 0) return 0;
      await bus.put(await addressed(items.map(parse), receiversOf));
      for (const item of items) await table.remove({ pk: item.pk as string, sk: item.sk as string });
      return items.length;
    },
  };
}

/** As the environments have their receivers now: one that was kept may say what was so then. */
async function addressed(notices: AddressedNotice[], receiversOf: ReceiversOf): Promise<AddressedNotice[]> {
  const environments = [...new Set(notices.map(({ environment }) => environment))];
  const there = new Map(
    await Promise.all(environments.map(async (name) => [name, await receiversOf(name)] as const)),
  );
  return notices.map(({ receivers: _before, ...notice }) => {
    const receivers = there.get(notice.environment)!.filter((one) => isWanted(one, notice)).length;
    return receivers === 0 ? notice : { ...notice, receivers };
  });
}

/** `planning` is told before there is an execution, and an end before the lock is given back: nobody has to ask. */
function isAskedFor(status: DeploymentStatus): boolean {
  return status !== "planning" && !isEnded(status);
}

function toldItem({ id, at }: Notice, deploymentId: string): Item & { pk: string; sk: string } {
  const seq = Number(id.slice(id.lastIndexOf("-") + 1));
  return { ...keys.told(deploymentId), seq, ttl: ttlFrom(at) };
}

function untoldItem(notice: Notice) {
  return { ...keys.untold(notice.id), notice: JSON.stringify(notice), ttl: ttlFrom(notice.at) };
}

function ttlFrom(at: string): number {
  return Math.floor(Date.parse(at) / 1000) + KEPT_SECONDS;
}

function parse({ notice }: Item): Notice {
  return JSON.parse(notice as string) as Notice;
}
