// Disks that copies had and nobody sees any more: their host has left its pool, or does not answer. Where copies are updated in
// place their copy is reckoned with as one that does not answer, so that nothing begins with an empty disk in its stead
// until somebody says so, by scaling in.
import type { Fleet, Replica } from "../domain/replica.ts";
import type { Target } from "../domain/target.ts";
import type { LiveVolume } from "../domain/volume.ts";

type Known = Pick<Target, "disks" | "release">;

/** `[]` where all that copies had is seen, or its copy is. */
export function lostDisks({ disks = [] }: Pick<Target, "disks">, fleet: Fleet): LiveVolume[] {
  const seen = new Set(fleet.volumes?.map(({ where }) => where));
  const copies = new Set(fleet.replicas.filter(({ version }) => version !== null).map(({ id }) => id));
  return disks.filter(({ where, copy }) => copy !== null && !seen.has(where) && !copies.has(copy));
}

/** What is to be remembered after a look: what copies have, and what is lost. */
export function rememberedDisks(target: Pick<Target, "disks">, fleet: Fleet): LiveVolume[] {
  return [
    ...(fleet.volumes ?? []).filter(({ copy, ephemeral }) => copy !== null && !ephemeral),
    ...lostDisks(target, fleet),
  ];
}

/** The fleet with the copies of lost disks, as copies that do not answer. */
export function withLost(fleet: Fleet, target: Known | null): Fleet {
  const lost = target ? lostDisks(target, fleet) : [];
  if (lost.length === 0) return fleet;
  const ids = [...new Set(lost.map(({ copy }) => copy!))];
  const copies = ids.map(
    (id): Replica => ({
      id,
      version: target!.release ?? "unknown",
      health: "unknown",
      address: null,
      startedAt: null,
      detail: "its host is gone, and its disk with it",
    }),
  );
  const unreachable = [...new Set([...fleet.unreachable, ...ids])];
  return { ...fleet, replicas: [...fleet.replicas, ...copies], unreachable };
}

/** For the dry run: of hosts that do not answer too. */
export function lostNotes(target: Known | null, fleet: Fleet): string[] {
  const silent = new Set(fleet.unreachable);
  const answering = { ...fleet, replicas: fleet.replicas.filter(({ id }) => !silent.has(id)) };
  return (target ? lostDisks(target, answering) : []).map(
    ({ name, copy, where }) =>
      `${copy} is not there, nor its disk ${name} (${where}). No copy begins with an empty disk in its stead: bring its host back, or scale in by it, which gives the disk up.`,
  );
}
