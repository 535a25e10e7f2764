// The plan for servers that Tutti places copies on: which hosts is the placement's answer (core/placement), how the copies
// get there is the plan in place. New copies come first, then those go that have to leave, then the others change where they
// are: so that every step fits on the hosts, and nothing is taken away before what comes in its stead.
import type { Fleet, Replica } from "../domain/replica.ts";
import type { Spec } from "../domain/spec.ts";
import type { PlannedStep } from "../domain/step.ts";
import type { PlanRequest } from "../driver/driver.ts";
import { TuttiError } from "../errors.ts";
import { place } from "../placement/place.ts";
import { NOTHING } from "../placement/resources.ts";
import type { Demand, Place } from "../placement/room.ts";
import { copyId, placeOf } from "./copy-id.ts";
import { installOrder, installSteps, numbered, planInPlace, removeSteps } from "./rolling.ts";

/** Whether the manifest says what a copy needs, so that several may share a host. */
export function isPlaced({ kind, server }: Pick<Spec, "kind" | "server">): boolean {
  return kind === "server" && server.placement !== undefined;
}

/** Throws `capacity_exceeded` with what is missing (never on the way back). */
export function planPlaced(request: PlanRequest, spec: Spec): PlannedStep[] {
  const { fleet, version, rollback } = request;
  if (!isPlaced(spec) || version === null || !fleet.placement) return planInPlace(request, spec);
  const { stay, leaving, added } = placed(request, fleet.placement, spec);
  const order = installOrder(stay, added, request);
  const fresh = new Set(added);
  const isFresh = ({ id }: { id: string }) => fresh.has(id);
  const steps = [
    ...installSteps(order.filter(isFresh), request, spec),
    ...removeSteps(leaving, request),
    ...installSteps(
      order.filter((one) => !isFresh(one)),
      request,
      spec,
    ),
  ];
  return numbered(steps, { version, rollback });
}

type Placed = { stay: Replica[]; leaving: string[]; added: string[] };

function placed(request: PlanRequest, { hosts, holds }: NonNullable<Fleet["placement"]>, spec: Spec): Placed {
  const { fleet, desired, rollback } = request;
  const silent = new Set(fleet.unreachable);
  const carriers = fleet.replicas.filter((replica) => replica.version !== null);
  // Nobody knows what a host that does not answer holds: its copies stay what they are.
  const unknown = carriers.filter(({ id }) => silent.has(id));
  const wanted = Math.max(0, desired - unknown.length);
  const { able, surplus } = withoutBroken(
    carriers.filter(({ id }) => !silent.has(id)),
    wanted,
    request,
  );
  const places = able.map(({ id }): Place => ({ host: placeOf(id).host, holds: holds[id] ?? NOTHING }));
  const found = place(hosts, [demandOf(spec, wanted, places)]);
  if (found.shortfalls[0] && !rollback) throw noRoom(found.shortfalls[0], spec);
  const left = found.moves.flatMap(({ from }) => (from === null ? [] : [from]));
  const leavers = new Set(leaversOf(able, left, request).map(({ id }) => id));
  const taken = new Set(carriers.map(({ id }) => id));
  return {
    stay: [...unknown, ...able.filter(({ id }) => !leavers.has(id))],
    leaving: [...surplus.map(({ id }) => id), ...leavers],
    added: found.moves.flatMap(({ to }) => (to === null ? [] : [freeId(to, taken)])),
  };
}

function demandOf({ app, resources, server }: Spec, replicas: number, places: Place[]): Demand {
  return {
    app,
    replicas,
    resources: { ...resources, diskGiB: resources.diskGiB ?? 0 },
    placement: server.placement!,
    ...(server.labels ? { labels: server.labels } : {}),
    ...(server.apartFrom ? { apartFrom: server.apartFrom } : {}),
    places,
  };
}

/** Where there are too many, those that are broken go first, wherever they are. */
function withoutBroken(carriers: Replica[], wanted: number, request: PlanRequest) {
  const worst = [...carriers].sort((a, b) => worth(a, request) - worth(b, request));
  const over = worst
    .slice(0, Math.max(0, carriers.length - wanted))
    .filter(({ health }) => health !== "healthy");
  return { able: carriers.filter((one) => !over.includes(one)), surplus: over };
}

/** Of the copies on a host that has to give some up, the least worth keeping. */
function leaversOf(carriers: Replica[], hosts: string[], request: PlanRequest): Replica[] {
  const worst = [...carriers].sort((a, b) => worth(a, request) - worth(b, request));
  return hosts.map((host) => {
    const index = worst.findIndex(({ id }) => placeOf(id).host === host);
    return worst.splice(index, 1)[0]!;
  });
}

/** Healthy counts most, then running the version, then being among the first of its host. */
function worth({ id, health, version }: Replica, request: PlanRequest): number {
  const first = 1 / (1 + placeOf(id).copy);
  return (health === "healthy" ? 2 : 0) + (version === request.version ? 1 : 0) + first / 2;
}

/** The lowest number that no copy on the host has. */
function freeId(host: string, taken: Set<string>): string {
  let copy = 1;
  while (taken.has(copyId(host, copy))) copy += 1;
  const id = copyId(host, copy);
  taken.add(id);
  return id;
}

function noRoom(
  shortfall: { missing: number; needed: object; reason: string },
  { app, server }: Spec,
): TuttiError {
  return new TuttiError(
    "capacity_exceeded",
    `Pool ${server.pool} has no room for ${app}: ${shortfall.reason}`,
    {
      extra: { pool: server.pool, missing: shortfall.missing, needed: shortfall.needed },
    },
  );
}
