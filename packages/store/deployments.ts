// Deployments. Every change is: read, pure function, conditional write on the revision, again on a conflict. The
// newest few events travel inside the deployment's item, so that a change and what it tells are one write with no
// gap between them; they move to items of their own when more come (events.ts reads both). A change of the status is told
// right behind its write (notices.ts).
import { type Meter, NO_COST } from "#core/domain/cost.ts";
import type { Deployment } from "#core/domain/deployment.ts";
import type { DeploymentEvent, NewEvent } from "#core/domain/event.ts";
import { type Notice, statusNotice } from "#core/domain/notice.ts";
import { TuttiError } from "#core/errors.ts";
import { charged } from "./charged.ts";
import { keys, lists } from "./keys.ts";
import { lateEndsSince, noteLateEnd } from "./late-ends.ts";
import { pack, unpack } from "./pack.ts";
import { type Page, type PageRequest, page } from "./page.ts";
import { type Pause, retryingStaleWrites } from "./retrying.ts";
import { ABSENT, atRevision, type Item, type Table } from "./table.ts";

const EVENTS_IN_ITEM = 10;
const PACKED: (keyof Deployment & string)[] = ["steps", "watches", "failures"];

export type Changed = { deployment: Deployment; events?: NewEvent[] };
/** Pure. `null` leaves everything as it is and writes nothing; a thrown error is the caller's. */
export type Change = (deployment: Deployment) => Changed | null;

export type DeploymentFilter = {
  app?: string | undefined;
  environment?: string | undefined;
  status?: string | undefined;
};

export type Deployments = {
  get(id: string): Promise<Deployment | null>;
  /** Throws `not_found`. */
  need(id: string): Promise<Deployment>;
  /** Stores a deployment that is not there yet, as revision 1. */
  create(deployment: Deployment, events?: NewEvent[]): Promise<Deployment>;
  /** The deployment as it stands after the change. */
  change(id: string, change: Change): Promise<Deployment>;
  list(
    filter: DeploymentFilter,
    request?: PageRequest,
    keep?: (deployment: Deployment) => boolean,
  ): Promise<Page<Deployment>>;
  /** Those that ended at or after this instant, more than `LATE_END_DAYS` after they were asked for. */
  listLateEnds(since: string): Promise<Deployment[]>;
  /** The events that travel inside the item. */
  recentEvents(id: string): Promise<DeploymentEvent[] | null>;
};

type Telling = {
  tell(notices: Notice[]): Promise<void>;
  /** Said when what a list shows of a deployment has changed. */
  shown(): Promise<void>;
};

/** `at` gives the instant that events and changes are stamped with. */
export function deploymentsIn(
  table: Table,
  pause: Pause,
  at: () => string,
  { tell, shown }: Telling,
  meter?: Meter,
): Deployments {
  const read = async (id: string) => table.get(keys.deployment(id));
  const get = async (id: string) => parse(await read(id));
  return {
    get,
    need: async (id) => (await get(id)) ?? missing(id),
    create: async (deployment, events = []) => {
      const written = await create(table, deployment, events, { at: at(), meter });
      await Promise.all([tell(noticesOf(written)), shown()]);
      return written.deployment;
    },
    change: async (id, change) => {
      const written = await retryingStaleWrites(pause, () =>
        changeOnce(table, id, change, { at: at(), meter }),
      );
      await Promise.all([tell(noticesOf(written)), written.isShown && shown()]);
      return written.deployment;
    },
    list: (filter, request = {}, keep) => list(table, filter, request, keep),
    listLateEnds: async (since) => {
      const ids = await lateEndsSince(table, since);
      const items = await table.getAll([...new Set(ids)].map((id) => keys.deployment(id)));
      return items.map((item) => parse(item)!).filter((one) => (one.endedAt ?? "") >= since);
    },
    recentEvents: async (id) => {
      const item = await read(id);
      return item ? recent(item) : null;
    },
  };
}

/** What stands in the table now, and the events that came with it. */
type Written = { deployment: Deployment; told: DeploymentEvent[]; isShown: boolean };

function noticesOf({ deployment, told }: Written): Notice[] {
  return told.flatMap(({ status, ...event }) =>
    status ? [statusNotice(deployment, { ...event, status })] : [],
  );
}

/** `meter`: of the function that writes. */
type Writing = { at: string; meter: Meter | undefined };

async function create(
  table: Table,
  deployment: Deployment,
  events: NewEvent[],
  { at, meter }: Writing,
): Promise<Written> {
  const told = number(withStatus(events, deployment.status), 0, at);
  const first = { ...deployment, revision: 1, eventSeq: told.length, ...statusSeqOf(told) };
  const written = await charged(meter, first, (one) => table.put(itemOf(one, told), ABSENT), 0);
  return { deployment: written, told, isShown: true };
}

async function changeOnce(
  table: Table,
  id: string,
  change: Change,
  { at, meter }: Writing,
): Promise<Written> {
  const item = await table.get(keys.deployment(id));
  const before = parse(item) ?? missing(id);
  const changed = change(before);
  if (!changed) return { deployment: before, told: [], isShown: false };
  const { status } = changed.deployment;
  const events = changed.events ?? [];
  const told = number(status === before.status ? events : withStatus(events, status), before.eventSeq, at);
  const kept = [...recent(item!), ...told];
  const moved = kept.length > EVENTS_IN_ITEM ? kept.slice(0, -EVENTS_IN_ITEM) : [];
  await table.putAll(moved.filter((one) => one.seq <= before.eventSeq).map((one) => eventItem(id, one)));
  const fresh = moved.filter((one) => one.seq > before.eventSeq);
  const after: Deployment = {
    ...changed.deployment,
    revision: before.revision + 1,
    eventSeq: before.eventSeq + told.length,
    ...statusSeqOf(told),
  };
  await noteLateEnd(table, before, after);
  // Events that are new in this very change must not stand in the table before the change itself does.
  const travelling = [...fresh, ...kept.slice(moved.length)];
  const written = await charged(meter, after, (one) =>
    table.put(itemOf(one, travelling), atRevision(before.revision)),
  );
  return { deployment: written, told, isShown: isShown(before, after) };
}

/** Whether a list shows the one otherwise than the other; most writes only add to what is watched. */
function isShown(before: Deployment, after: Deployment): boolean {
  const shownOf = ({ status, reason, steps, failures }: Deployment) =>
    [status, reason, failures.length, ...steps.map((step) => step.status)].join();
  return shownOf(before) !== shownOf(after);
}

function statusSeqOf(told: DeploymentEvent[]): Pick<Deployment, "statusSeq"> {
  const seq = told.findLast(({ status }) => status !== undefined)?.seq;
  return seq === undefined ? {} : { statusSeq: seq };
}

/** The last event of a change that moved the status says which status that is: programs read no sentences. */
function withStatus(events: NewEvent[], status: Deployment["status"]): NewEvent[] {
  return events.map((event, i) => (i === events.length - 1 ? { ...event, status } : event));
}

function number(events: NewEvent[], from: number, at: string): DeploymentEvent[] {
  return events.map((event, i) => ({ ...event, seq: from + i + 1, at }));
}

function eventItem(id: string, event: DeploymentEvent) {
  return { ...keys.event(id, event.seq), ...event };
}

async function list(
  table: Table,
  filter: DeploymentFilter,
  request: PageRequest,
  also: (deployment: Deployment) => boolean = () => true,
): Promise<Page<Deployment>> {
  const source = filter.app
    ? { pk: lists.deploymentsOf(filter.app), index: "gsi2" as const }
    : { pk: lists.deployments, index: "gsi1" as const };
  const keep = (one: Deployment) =>
    (!filter.environment || one.environment === filter.environment) &&
    (!filter.status || one.status === filter.status) &&
    also(one);
  return page(table, { ...source, descending: true }, request, (item) => parse(item)!, keep);
}

function itemOf(deployment: Deployment, recentEvents: DeploymentEvent[]) {
  return {
    ...pack({ ...deployment } as Deployment & Record<string, unknown>, PACKED),
    ...keys.deployment(deployment.id),
    ...keys.deploymentLists(deployment.id, deployment.app),
    recentEvents,
  };
}

function recent(item: Item): DeploymentEvent[] {
  return (item.recentEvents as DeploymentEvent[] | undefined) ?? [];
}

function parse(item: Item | undefined): Deployment | null {
  if (!item) return null;
  const { pk, sk, gsi1pk, gsi1sk, gsi2pk, gsi2sk, recentEvents, ...deployment } = item;
  const { cost, ...whole } = unpack(deployment, PACKED) as unknown as Deployment;
  // One that was recorded before all of it was counted.
  return { ...whole, cost: { ...NO_COST, ...cost } };
}

function missing(id: string): never {
  throw new TuttiError("not_found", `There is no deployment ${id}.`);
}
