// The platform that services get: addresses, credentials, calls to each other. Calls go to the dispatcher, which is
// there only after every service has been made; so services must not call before `start`.
import type { Dispatcher } from "./endpoint/dispatcher.ts";
import type { AddressBook } from "./ground/addresses.ts";
import type { Slice } from "./ground/slice.ts";
import type { Access } from "./iam/access.ts";
import { AwsError, type Platform } from "./platform.ts";

export const ACCOUNT_ID = "000000000000";
export const REGION = "us-east-1";

export type PlatformParts = {
  accountId: string;
  region: string;
  /** Of the whole sandbox. */
  directory: string;
  endpoint: string;
  timeScale: number;
  log(line: string): void;
  slice: Slice;
  addresses: AddressBook;
  access: Access;
  /** Of the account, by the ARN. */
  serverCertificates: Platform["serverCertificates"];
  /** In another region of the account, or in this one. */
  dispatcher(region?: string): Dispatcher | undefined;
};

export function createPlatform(parts: PlatformParts): Platform {
  return {
    accountId: parts.accountId,
    region: parts.region,
    directory: placeDirectory(parts.directory, parts.accountId, parts.region),
    endpoint: parts.endpoint,
    timeScale: parts.timeScale,
    now: () => Date.now(),
    log: parts.log,
    address: (n) => parts.slice.address(n),
    addressFor: (key) => parts.slice.address(parts.addresses.numberFor(ownKey(parts, key))),
    call: async (service, operation, input, principal, region) => {
      const dispatcher = parts.dispatcher(region);
      if (!dispatcher) throw new AwsError("NotImplemented", `The sandbox has no region ${region}.`);
      return dispatcher.call(service, operation, input, principal);
    },
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
        .dispatcher()!
        .call("events", "PutEvents", { Entries: [entry] }, "root")
        .catch((error) => parts.log(`events: ${detailType} of ${source} is lost: ${error.message}`));
    },
    machineAddresses: new Map(),
    serverCertificates: parts.serverCertificates,
  };
}

/** The first account's keys in the first region are as they were when there was one. */
function ownKey({ accountId, region }: Pick<PlatformParts, "accountId" | "region">, key: string): string {
  return [accountId === ACCOUNT_ID ? "" : accountId, region === REGION ? "" : region, key]
    .filter((part) => part !== "")
    .join(" ");
}

/** Where an account keeps the state of a region; what is of all regions lies with the first. */
export function placeDirectory(directory: string, accountId: string, region: string): string {
  const account = accountId === ACCOUNT_ID ? directory : `${directory}/accounts/${accountId}`;
  return region === REGION ? account : `${account}/regions/${region}`;
}
