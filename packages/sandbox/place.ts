// One region of an account: services of its own and all that they keep. Names are unique in it, and nothing in it is seen from another
// one; IAM and STS are the account's, and are reached from every region.
import type { IncomingMessage, ServerResponse } from "node:http";
import { type Callable, createDispatcher, type Dispatcher } from "./endpoint/dispatcher.ts";
import { assertOwnRegion } from "./endpoint/own-region.ts";
import type { Access } from "./iam/access.ts";
import type { Platform, Service } from "./platform.ts";
import type { BucketRegions } from "./s3/bucket-regions.ts";
import { createS3Http } from "./s3/http.ts";
import { createServices, type StandardServices } from "./services.ts";

export type Place = {
  platform: Platform;
  standard: StandardServices;
  /** Those with a wire format out of the SDK's schemas, the account's included. */
  services: Service[];
  /** What starts and stops with this region, in the order in which it starts. */
  own: Callable[];
  dispatcher: Dispatcher;
  s3(request: IncomingMessage, response: ServerResponse, requestId: string): Promise<void>;
};

export type PlaceParts = {
  platform: Platform;
  access: Access;
  /** Services of the whole account. */
  everywhere: Service[];
  bucketRegions: BucketRegions;
  /** Further services, for tests. */
  more: Service[];
};

export function openPlace({ platform, access, everywhere, bucketRegions, more }: PlaceParts): Place {
  const standard = createServices(platform, bucketRegions);
  const regional = [...standard.services, ...more];
  const own: Callable[] = [standard.dynamodb, standard.s3, ...regional];
  const all = createDispatcher([...everywhere, ...own], access.authorize);
  const dispatcher: Dispatcher = {
    call: async (service, operation, input, principal) => {
      assertOwnRegion(platform.region, service, input);
      return all.call(service, operation, input, principal);
    },
  };
  const { now, log } = platform;
  const s3 = createS3Http({ dispatcher, access, now, log });
  return { platform, standard, services: [...everywhere, ...regional], own, dispatcher, s3 };
}
