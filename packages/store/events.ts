// Events of a deployment, oldest first: those that have an item of their own, then those that still travel in the
// deployment's item. The sequence has no gaps and no repeats.
import type { DeploymentEvent } from "#core/domain/event.ts";
import { TuttiError } from "#core/errors.ts";
import type { Deployments } from "./deployments.ts";
import { keys } from "./keys.ts";
import type { Item, Table } from "./table.ts";

const MAX_LIMIT = 200;

export type Events = {
  /** Events with `seq` greater than `after`, at most `limit` (200). Throws `not_found` for an unknown deployment. */
  list(
    id: string,
    request?: { after?: number | undefined; limit?: number | undefined },
  ): Promise<DeploymentEvent[]>;
};

export function eventsIn(table: Table, deployments: Deployments): Events {
  return {
    list: async (id, { after = 0, limit = MAX_LIMIT } = {}) => {
      // Read in this order: an event on its way out of the deployment's item has an item of its own by then.
      const recent = await deployments.recentEvents(id);
      if (!recent) throw new TuttiError("not_found", `There is no deployment ${id}.`);
      const most = Math.min(Math.max(limit, 1), MAX_LIMIT);
      const first = recent[0]?.seq ?? 1;
      const older = first > after + 1 ? await olderEvents(table, id, after, most) : [];
      const beyond = older.at(-1)?.seq ?? after;
      return [...older, ...recent.filter((one) => one.seq > beyond)].slice(0, most);
    },
  };
}

async function olderEvents(
  table: Table,
  id: string,
  after: number,
  limit: number,
): Promise<DeploymentEvent[]> {
  const { pk, sk } = keys.event(id, after);
  const { items } = await table.query({ pk, greaterThan: sk, limit });
  return items.filter((item) => (item.sk as string).startsWith("EVENT#")).map(parse);
}

function parse(item: Item): DeploymentEvent {
  const { pk, sk, ...event } = item;
  return event as DeploymentEvent;
}
