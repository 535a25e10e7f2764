// Which services a sandbox has. A service that is not in this list answers an error that names it.

import { createCloudWatch } from "./cloudwatch/service.ts";
import { createDynamoDb } from "./dynamodb/service.ts";
import type { Callable } from "./endpoint/dispatcher.ts";
import type { PassthroughService } from "./endpoint/passthrough-json.ts";
import { createEventBridge } from "./events/service.ts";
import type { Platform, Service } from "./platform.ts";
import { createS3 } from "./s3/service.ts";
import { createScheduler } from "./scheduler/service.ts";
import { createSecrets } from "./secrets/service.ts";

export type StandardServices = { services: Service[]; passthrough: PassthroughService[]; s3: Callable };

export function createServices(platform: Platform): StandardServices {
  return {
    services: [
      createEventBridge(platform),
      createScheduler(platform),
      createSecrets(platform),
      createCloudWatch(platform),
    ],
    passthrough: [createDynamoDb(platform)],
    s3: createS3(platform),
  };
}
