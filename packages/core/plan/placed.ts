// The plan for servers that Tutti places copies on: which hosts is the placement's answer (core/placement), how the copies
// get there is the plan in place. New copies come first, then those go that have to leave, then the others change where they
// are: so that every step fits on the hosts, and nothing is taken away before what comes in its stead.
import type { Fleet, Replica } from "../domain/replica.ts";
import type { Spec } from "../domain/spec.ts";
import type { PlannedStep } from "../domain/step.ts";
import { isStateful } from "../domain/volume.ts";
import type { PlanRequest } from "../driver/driver.ts";
import { TuttiError } from "../errors.ts";
import { place } from "../placement/place.ts";
import { NOTHING, type Resources } from "../placement/resources.ts";
import type { Demand, Place, PlacementHost } from "../placement/room.ts";
import type { Shortfall } from "../placement/shortfall.ts";
import { copyId, whereIs } from "./copy-id.ts";
import { installOrder, installSteps, numbered, planInPlace, removeSteps } from "./rolling.ts";

/** Whether the manifest says what a copy needs, so that several may share a host. */
export function isPlaced({ kind, server }: Pick<Spec, "kind" | "server">): boolean {
  return kind === "server" && server.placement !== undefined;
}

/** Throws `capacity_exceeded` with what is missing (never on the way back). */
export function planPlaced(request: PlanRequest, spec: Spec): PlannedStep[] {
  const { fleet, version, rollback } = request;
  if (!isPlaced(spec) || version === null || !fleet.placement) return planInPlace(request, spec);
  // On the way back nothing leaves its disk for want of room.
  if (isStateful(spec) && rollback) return planInPlace(request, spec);
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
  const back = comingBack(request, spec, carriers, wanted - able.length);
  const places = [...able, ...back].map(
    ({ id }): Place => ({ host: whereIs(id).host, holds: holds[id] ?? NOTHING }),
  );
  const found = place(withBad(hosts, able, request, spec), [demandOf(spec, wanted, places)]);
  if (found.shortfalls[0] && !rollback) throw noRoom(found.shortfalls[0], desired, spec);
  const left = found.moves.flatMap(({ from }) => (from === null ? [] : [from]));
  const leavers = new Set(leaversOf([...able, ...back], left, request).map(({ id }) => id));
  if (isStateful(spec) && found.moves.some(({ from, to }) => from !== null && to !== null))
    assertWithDisk(able, leavers, spec);
  const taken = new Set([...carriers, ...(fleet.kept ?? []).map((id) => ({ id }))].map(({ id }) => id));
  return {
    stay: [...unknown, ...able.filter(({ id }) => !leavers.has(id))],
    leaving: [...surplus.map(({ id }) => id), ...able.map(({ id }) => id).filter((id) => leavers.has(id))],
    added: [
      ...back.map(({ id }) => id).filter((id) => !leavers.has(id)),
      ...found.moves.flatMap(({ to }) => (to === null ? [] : [freeId(to, taken)])),
    ],
  };
}

/** Where a copy has its disk it stays, however bad the host. */
function withBad(
  hosts: PlacementHost[],
  able: Replica[],
  { fleet }: PlanRequest,
  spec: Spec,
): PlacementHost[] {
  const staying = new Set(isStateful(spec) ? able.map(({ id }) => whereIs(id).host) : []);
  const bad = new Set(fleet.bad?.filter((host) => !staying.has(host)));
  return bad.size === 0 ? hosts : hosts.map((one) => (bad.has(one.id) ? { ...one, bad: true } : one));
}

/** As many as are missing come back to the disks that copies before them have left. */
function comingBack({ fleet }: PlanRequest, spec: Spec, carriers: Replica[], missing: number): Replica[] {
  const { kept = [], unreachable } = fleet;
  if (!isStateful(spec) || missing <= 0) return [];
  const away = new Set([...unreachable.map((id) => whereIs(id).host), ...carriers.map(({ id }) => id)]);
  return kept
    .filter((id) => !away.has(id) && !away.has(whereIs(id).host))
    .slice(0, missing)
    .map((id) => ({ id, version: null, health: "unknown", address: null, startedAt: null }));
}

/** A copy is not moved away from its disk: whoever wants that makes room, or takes the copy away and knows what it leaves. */
function assertWithDisk(able: Replica[], leavers: Set<string>, { app, server }: Spec): void {
  const away = able.find(({ id }) => leavers.has(id));
  if (!away) return;
  const { host } = whereIs(away.id);
  throw new TuttiError(
    "capacity_exceeded",
    `Pool ${server.pool}: ${away.id} of ${app} has a disk on ${host} and would have to leave it, for want of room or by its labels. Make room on ${host}, or scale in first: a copy elsewhere begins with an empty disk.`,
    {
      errors: [{ path: "volumes", message: `must fit on ${host} with resources and server.labels` }],
      extra: { pool: server.pool, replica: away.id },
    },
  );
}

/** What a copy takes of its host, its disks included; of one that is not placed only these are reckoned with. */
export function reservationOf(spec: Pick<Spec, "kind" | "server" | "resources" | "volumes">): Resources {
  const { resources, volumes = [] } = spec;
  const own = isPlaced(spec) ? { ...resources, diskGiB: resources.diskGiB ?? 0 } : NOTHING;
  return { ...own, diskGiB: volumes.reduce((sum, { sizeGiB }) => sum + sizeGiB, own.diskGiB) };
}

function demandOf(spec: Spec, replicas: number, places: Place[]): Demand {
  const { app, server } = spec;
  return {
    app,
    replicas,
    resources: reservationOf(spec),
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
    const index = worst.findIndex(({ id }) => whereIs(id).host === host);
    return worst.splice(index, 1)[0]!;
  });
}

/** Who is not there counts for nothing. Healthy counts most, then running the version, then being among the first of its host. */
function worth({ id, health, version }: Replica, request: PlanRequest): number {
  if (version === null) return -1;
  const first = 1 / (1 + whereIs(id).copy);
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

function noRoom({ missing, needed, reason }: Shortfall, desired: number, { app, server }: Spec): TuttiError {
  const most = desired - missing;
  const fault =
    most > 0
      ? { path: "replicas", message: `must be at most ${most}: ${reason}` }
      : { path: "resources", message: `must fit on a host: ${reason}` };
  return new TuttiError("capacity_exceeded", `Pool ${server.pool} has no room for ${app}: ${reason}`, {
    errors: [fault],
    extra: { pool: server.pool, missing, needed },
  });
}
