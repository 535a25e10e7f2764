// Which services a sandbox has. A service that is not in this list answers an error that names it.

import { createDynamoDb } from "./dynamodb/service.ts";
import type { PassthroughService } from "./endpoint/passthrough-json.ts";
import type { Platform, Service } from "./platform.ts";

export type StandardServices = { services: Service[]; passthrough: PassthroughService[] };

export function createServices(platform: Platform): StandardServices {
  return { services: [], passthrough: [createDynamoDb(platform)] };
}
