// What ECS remembers, as plain data that goes to disk. Instants are milliseconds; the views make dates of them.
import type {
  AwsVpcConfiguration,
  CapacityProviderStrategyItem,
  ClusterSetting,
  LoadBalancer,
  PlacementConstraint,
  PlacementStrategy,
  RegisterTaskDefinitionRequest,
  ServiceVolumeConfiguration,
  Tag,
  TaskOverride,
  ThresholdConfiguration,
} from "@aws-sdk/client-ecs";
import type { Endpoint, MaybeConnect, Offer } from "./connect/model.ts";

export type Cluster = {
  arn: string;
  name: string;
  status: "ACTIVE" | "INACTIVE";
  capacityProviders: string[];
  defaultStrategy: CapacityProviderStrategyItem[];
  settings: ClusterSetting[];
  tags: Tag[];
};

export type Definition = {
  arn: string;
  family: string;
  revision: number;
  status: "ACTIVE" | "INACTIVE" | "DELETE_IN_PROGRESS";
  /** As it was registered, with AWS's defaults filled in. */
  input: RegisterTaskDefinitionRequest;
  registeredAt: number;
  registeredBy: string;
  deregisteredAt?: number;
  tags: Tag[];
};

export type LaunchType = "FARGATE" | "EC2";

/** What a deployment of a service runs, and where: AWS calls it a service revision. */
export type Revision = {
  definitionArn: string;
  launchType: LaunchType | undefined;
  strategy: CapacityProviderStrategyItem[] | undefined;
  platformVersion: string | undefined;
  network: AwsVpcConfiguration;
  loadBalancers: LoadBalancer[];
  connect?: MaybeConnect;
  volumes?: ServiceVolumeConfiguration[];
};

export type Deployment = {
  id: string;
  /** The last part of the ARNs of its service revision and its service deployment. */
  number: string;
  status: "PRIMARY" | "ACTIVE";
  revision: Revision;
  createdAt: number;
  updatedAt: number;
  rolloutState: "IN_PROGRESS" | "COMPLETED" | "FAILED";
  rolloutStateReason: string;
  /** Consecutive failures, as AWS answers them. */
  failedTasks: number;
  /** Of the back-off: failures since a task of this deployment was last healthy. */
  failuresInRow: number;
  retryAt: number;
  everCompleted: boolean;
  /** What its tasks reach by Service Connect, as the namespace was when it began; `undefined` where they have none. */
  endpoints?: Endpoint[];
};

export type CircuitBreaker = {
  enable: boolean;
  rollback: boolean;
  resetOnHealthyTask: boolean;
  threshold: ThresholdConfiguration;
};

export type ServiceSettings = {
  minimumHealthyPercent: number;
  maximumPercent: number;
  circuitBreaker: CircuitBreaker;
  gracePeriodSeconds: number;
  placementConstraints: PlacementConstraint[];
  placementStrategy: PlacementStrategy[];
  propagateTags: "SERVICE" | "TASK_DEFINITION" | "NONE";
};

export type ServiceEvent = { id: string; createdAt: number; message: string };

/** One way from one revision to the next, as ListServiceDeployments answers it. */
export type Rollout = {
  number: string;
  deploymentId: string;
  revision: Revision;
  sourceNumbers: string[];
  status:
    | "IN_PROGRESS"
    | "SUCCESSFUL"
    | "STOPPED"
    | "ROLLBACK_IN_PROGRESS"
    | "ROLLBACK_SUCCESSFUL"
    | "ROLLBACK_FAILED"
    | "PENDING";
  statusReason?: string;
  createdAt: number;
  updatedAt: number;
  finishedAt?: number;
  rolledBackTo?: string;
  rollbackReason?: string;
  failureCount: number;
};

export type EcsService = {
  arn: string;
  name: string;
  clusterArn: string;
  status: "ACTIVE" | "DRAINING" | "INACTIVE";
  desiredCount: number;
  settings: ServiceSettings;
  /** The primary one first. */
  deployments: Deployment[];
  /** To which the circuit breaker rolls back. */
  lastCompleted?: Deployment;
  rollouts: Rollout[];
  /** The latest first. */
  events: ServiceEvent[];
  steady: boolean;
  createdAt: number;
  createdBy: string;
  closedAt?: number;
  clientToken?: string;
  tags: Tag[];
  /** ARNs of its discovery names in Cloud Map. */
  names?: string[];
};

export type TaskStatus =
  | "PROVISIONING"
  | "PENDING"
  | "ACTIVATING"
  | "RUNNING"
  | "DEACTIVATING"
  | "STOPPING"
  | "DEPROVISIONING"
  | "STOPPED";

export type ContainerRecord = {
  name: string;
  arn: string;
  runtimeId?: string;
  image: string;
  imageDigest?: string;
  lastStatus: "PENDING" | "RUNNING" | "STOPPED";
  exitCode?: number;
  reason?: string;
  healthStatus: "HEALTHY" | "UNHEALTHY" | "UNKNOWN";
};

export type StopCode =
  | "TaskFailedToStart"
  | "EssentialContainerExited"
  | "UserInitiated"
  | "ServiceSchedulerInitiated"
  | "TerminationNotice";

export type Target = { groupArn: string; port: number };

export type Task = {
  arn: string;
  id: string;
  clusterArn: string;
  definitionArn: string;
  group: string;
  startedBy?: string;
  serviceArn?: string;
  launchType: LaunchType;
  capacityProvider?: string;
  platformVersion?: string;
  instanceArn?: string;
  zone: string;
  subnetId: string;
  cpu: number;
  memory: number;
  lastStatus: TaskStatus;
  desiredStatus: "RUNNING" | "STOPPED";
  stopCode?: StopCode;
  stoppedReason?: string;
  createdAt: number;
  pullStartedAt?: number;
  pullStoppedAt?: number;
  startedAt?: number;
  stoppingAt?: number;
  executionStoppedAt?: number;
  stoppedAt?: number;
  /** Of its network interface: the number of the address, and the interface's ids. */
  addressNumber: number;
  address: string;
  attachmentId: string;
  interfaceId: string;
  /** Under which the task is known to the server of its credentials and metadata; only it knows it. */
  credentialsId: string;
  containers: ContainerRecord[];
  overrides: TaskOverride;
  /** Where it is registered now. */
  targets: Target[];
  /** Service Connect: what it reaches, and what it is found under. */
  endpoints?: Endpoint[];
  offers?: Offer[];
  /** A disk of its own: how it was asked for, and the one that it has. */
  volumes?: ServiceVolumeConfiguration[];
  volumeId?: string;
  /** It has been healthy for once. */
  proven: boolean;
  tags: Tag[];
  version: number;
};

export type Instance = {
  arn: string;
  id: string;
  ec2InstanceId: string;
  clusterArn: string;
  status: "ACTIVE" | "DRAINING";
  cpu: number;
  memory: number;
  zone: string;
  instanceType: string;
  registeredAt: number;
  tags: Tag[];
};
