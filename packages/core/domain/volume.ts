// A volume is a disk that outlives a release: each copy's own, or one file system that all copies share. Or, where it is said, one
// that goes with its copy.

export type Volume = {
  name: string;
  /** Where the app finds it: absolute. */
  path: string;
  /** Of each copy's disk. A shared file system grows by itself. */
  sizeGiB: number;
  /** One file system that all copies see at once. */
  shared?: boolean;
  /** vm: a snapshot of each disk before it changes hands. */
  snapshot?: boolean;
  /** container: each copy's own, new with it and gone with it. */
  ephemeral?: boolean;
  /** What each of those begins with: a snapshot's id. */
  fromSnapshot?: string;
};

/** A disk as a driver sees it now. */
export type LiveVolume = {
  name: string;
  /** `null` where it has no bound: a shared file system. */
  sizeGiB: number | null;
  /** Where it is, for people: `web-1:/opt/tutti/shop-prod/volumes/data`, `vol-0a1b in eu-central-1a`, `fs-0a1b`. */
  where: string;
  /** The replica whose disk it is. `null`: it is shared, or kept and no copy has it now. */
  copy: string | null;
  /** It goes with its copy, and nobody misses it. */
  ephemeral?: boolean;
};

/** Of which each copy has its own that stays: its copies cannot stand beside each other on the same disk. */
export function isStateful({ volumes = [] }: { volumes?: readonly Volume[] }): boolean {
  return volumes.some((one) => one.shared !== true && one.ephemeral !== true);
}

/** `data-1` → `TUTTI_VOLUME_DATA_1`: how the app is told where it lies. */
export function volumeVariable(name: string): string {
  return `TUTTI_VOLUME_${name.replaceAll("-", "_").toUpperCase()}`;
}
