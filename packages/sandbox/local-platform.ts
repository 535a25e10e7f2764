// The platform that services get: addresses, credentials, calls to each other. Calls go to the dispatcher, which is
// there only after every service has been made; so services must not call before `start`.
import type { Dispatcher } from "./endpoint/dispatcher.ts";
import type { AddressBook } from "./ground/addresses.ts";
import type { Slice } from "./ground/slice.ts";
import type { Access } from "./iam/access.ts";
import type { Platform } from "./platform.ts";

export const ACCOUNT_ID = "000000000000";
export const REGION = "us-east-1";

export type PlatformParts = {
  accountId: string;
  directory: string;
  endpoint: string;
  timeScale: number;
  log(line: string): void;
  slice: Slice;
  addresses: AddressBook;
  access: Access;
  dispatcher(): Dispatcher;
};

export function createPlatform(parts: PlatformParts): Platform {
  return {
    accountId: parts.accountId,
    region: REGION,
    directory: parts.directory,
    endpoint: parts.endpoint,
    timeScale: parts.timeScale,
    now: () => Date.now(),
    log: parts.log,
    address: (n) => parts.slice.address(n),
    addressFor: (key) => parts.slice.address(parts.addresses.numberFor(ownKey(parts.accountId, key))),
    call: async (service, operation, input, principal) =>
      parts.dispatcher().call(service, operation, input, principal),
    allows(...asked) {
      try {
        parts.access.authorize(...asked);
        return true;
      } catch {
        return false;
      }
    },
    credentialsOf: (principal) => parts.access.credentialsOf(principal),
    emit(source, detailType, detail, resources = []) {
      const entry = {
        Source: source,
        DetailType: detailType,
        Detail: JSON.stringify(detail),
        Resources: resources,
      };
      parts
        .dispatcher()
        .call("events", "PutEvents", { Entries: [entry] }, "root")
        .catch((error) => parts.log(`events: ${detailType} of ${source} is lost: ${error.message}`));
    },
    machineAddresses: new Map(),
    serverCertificates: new Map(),
  };
}

/** The first account's keys are as they were when there was one. */
function ownKey(accountId: string, key: string): string {
  return accountId === ACCOUNT_ID ? key : `${accountId} ${key}`;
}
