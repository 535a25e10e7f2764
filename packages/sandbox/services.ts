// Which services a sandbox has. A service that is not in this list answers an error that names it.

import { createDynamoDb } from "./dynamodb/service.ts";
import type { Callable } from "./endpoint/dispatcher.ts";
import type { PassthroughService } from "./endpoint/passthrough-json.ts";
import type { Platform, Service } from "./platform.ts";
import { createS3 } from "./s3/service.ts";

export type StandardServices = { services: Service[]; passthrough: PassthroughService[]; s3: Callable };

export function createServices(platform: Platform): StandardServices {
  return { services: [], passthrough: [createDynamoDb(platform)], s3: createS3(platform) };
}
