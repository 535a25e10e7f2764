// Which services a sandbox has, in the order in which they start; they stop in the opposite one, so that what calls
// others ends before them. A service that is not in this list answers an error that names it.
import { createApplicationAutoScaling } from "./application-auto-scaling/service.ts";
import { createAutoScaling } from "./auto-scaling/service.ts";
import { type Balancer, createBalancer } from "./balancer/service.ts";
import { createCloudMap } from "./cloud-map/service.ts";
import { createCloudWatch } from "./cloudwatch/service.ts";
import { createCodeBuild } from "./codebuild/service.ts";
import { createDynamoDb } from "./dynamodb/service.ts";
import { createEc2 } from "./ec2/service.ts";
import { createEcr } from "./ecr/service.ts";
import { type ContainerService, createContainerService } from "./ecs/service.ts";
import { createEfs } from "./efs/service.ts";
import type { Callable } from "./endpoint/dispatcher.ts";
import type { PassthroughService } from "./endpoint/passthrough-json.ts";
import { createEventBridge } from "./events/service.ts";
import { createLambda, type LambdaService } from "./lambda/service.ts";
import { createMachines, type Machines } from "./machines/service.ts";
import type { Platform, Service } from "./platform.ts";
import type { BucketRegions } from "./s3/bucket-regions.ts";
import { createS3 } from "./s3/service.ts";
import { createScheduler } from "./scheduler/service.ts";
import { createSecrets } from "./secrets/service.ts";
import { createStepFunctions } from "./step-functions/service.ts";

export type StandardServices = {
  /** Those whose wire format is their own. */
  dynamodb: PassthroughService;
  s3: Callable;
  machines: Machines;
  balancer: Balancer;
  lambda: LambdaService;
  containers: ContainerService;
  services: Service[];
};

export function createServices(platform: Platform, bucketRegions: BucketRegions): StandardServices {
  const machines = createMachines(platform);
  const balancer = createBalancer(platform);
  const ec2 = createEc2(platform, machines);
  const efs = createEfs(platform);
  const lambda = createLambda(platform, efs.files);
  const ecr = createEcr(platform);
  const containers = createContainerService(platform, efs.files, ec2.disks);
  return {
    dynamodb: createDynamoDb(platform),
    s3: createS3(platform, bucketRegions),
    machines,
    balancer,
    lambda,
    containers,
    services: [
      createSecrets(platform),
      createCloudMap(platform),
      createCloudWatch(platform),
      machines.service,
      ec2,
      efs,
      balancer,
      createAutoScaling(platform, ec2.pool),
      lambda,
      ecr.service,
      containers,
      createApplicationAutoScaling(platform),
      createCodeBuild(platform, ecr.registryUrl),
      createStepFunctions(platform),
      createEventBridge(platform),
      createScheduler(platform),
    ],
  };
}
