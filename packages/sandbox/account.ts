// One AWS account of a sandbox: its roles and keys, which are the same in every region, and its places, one for each region. What
// accounts share is the endpoint and the address range of the machine.
import type { Callable } from "./endpoint/dispatcher.ts";
import type { AddressBook } from "./ground/addresses.ts";
import type { Slice } from "./ground/slice.ts";
import { type Access, openAccess } from "./iam/access.ts";
import { openRoles, type Roles } from "./iam/roles.ts";
import { createIam } from "./iam/service.ts";
import { ACCOUNT_ID, createPlatform, placeDirectory, REGION } from "./local-platform.ts";
import { openPlace, type Place } from "./place.ts";
import type { Platform, Service } from "./platform.ts";
import { createSts } from "./sts/service.ts";

export type Account = {
  id: string;
  roles: Roles;
  access: Access;
  /** By region; the first is the sandbox's own. */
  places: Map<string, Place>;
  /** What starts and stops, in the order in which it starts. */
  all: Callable[];
};

export type AccountParts = {
  id: string;
  /** Of all accounts. */
  directory: string;
  /** Beside the sandbox's own. */
  regions: string[];
  endpoint: string;
  timeScale: number;
  log(line: string): void;
  slice: Slice;
  addresses: AddressBook;
  more?: ((platform: Platform) => Service[]) | undefined;
  /** Another account of the same sandbox. */
  accountOf(id: string): Account | undefined;
};

export function openAccount(parts: AccountParts): Account {
  const { id } = parts;
  const directory = placeDirectory(parts.directory, id, REGION);
  const roles = openRoles(`${directory}/iam`);
  const rootKeyId = id === ACCOUNT_ID ? "root" : `root-${id}`;
  const access = openAccess(`${directory}/iam`, roles, { rootKeyId });
  const places = new Map<string, Place>();
  const serverCertificates: Platform["serverCertificates"] = new Map();
  const bucketRegions = new Map<string, string>();
  const platformIn = (region: string) =>
    createPlatform({
      ...parts,
      accountId: id,
      region,
      access,
      serverCertificates,
      dispatcher: (other = region) => places.get(other)?.dispatcher,
    });
  const own = platformIn(REGION);
  const everywhere = [createIam(own, roles, access), createSts(own, parts.accountOf)];
  for (const region of [REGION, ...parts.regions]) {
    const platform = region === REGION ? own : platformIn(region);
    const more = region === REGION ? (parts.more?.(platform) ?? []) : [];
    places.set(region, openPlace({ platform, access, everywhere, bucketRegions, more }));
  }
  const all = [...everywhere, ...[...places.values()].flatMap((place) => place.own)];
  return { id, roles, access, places, all };
}
