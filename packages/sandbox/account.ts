// One AWS account of a sandbox: its roles, its keys, its services and all that they keep, apart from every other account's. What
// accounts share is the endpoint and the address range of the machine.
import type { IncomingMessage, ServerResponse } from "node:http";
import { type Callable, createDispatcher, type Dispatcher } from "./endpoint/dispatcher.ts";
import type { AddressBook } from "./ground/addresses.ts";
import type { Slice } from "./ground/slice.ts";
import { type Access, openAccess } from "./iam/access.ts";
import { openRoles, type Roles } from "./iam/roles.ts";
import { createIam } from "./iam/service.ts";
import { ACCOUNT_ID, createPlatform } from "./local-platform.ts";
import type { Platform, Service } from "./platform.ts";
import { createS3Http } from "./s3/http.ts";
import { createServices, type StandardServices } from "./services.ts";
import { createSts } from "./sts/service.ts";

export type Account = {
  id: string;
  roles: Roles;
  access: Access;
  platform: Platform;
  standard: StandardServices;
  /** Those with a wire format out of the SDK's schemas. */
  services: Service[];
  /** All of them, in the order in which they start. */
  all: Callable[];
  dispatcher: Dispatcher;
  s3(request: IncomingMessage, response: ServerResponse, requestId: string): Promise<void>;
};

export type AccountParts = {
  id: string;
  /** All state of the account. */
  directory: string;
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
  const { id, directory, log } = parts;
  const roles = openRoles(`${directory}/iam`);
  const rootKeyId = id === ACCOUNT_ID ? "root" : `root-${id}`;
  const access = openAccess(`${directory}/iam`, roles, { rootKeyId });
  let dispatcher: Dispatcher | undefined;
  const platform = createPlatform({ ...parts, accountId: id, access, dispatcher: () => dispatcher! });
  const standard = createServices(platform);
  const services = [
    createIam(platform, roles, access),
    createSts(platform, parts.accountOf),
    ...standard.services,
    ...(parts.more?.(platform) ?? []),
  ];
  const all: Callable[] = [standard.dynamodb, standard.s3, ...services];
  dispatcher = createDispatcher(all, access.authorize);
  const s3 = createS3Http({ dispatcher, access, now: platform.now, log });
  return { id, roles, access, platform, standard, services, all, dispatcher, s3 };
}
