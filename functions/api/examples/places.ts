// Where the document's story plays: an environment, what runs in it, and what was seen and done there.
import { CREATED_AT, ENDED_AT, STARTED_AT } from "./apps.ts";
import { RECEIVER } from "./notifications.ts";

const ACCOUNT = "arn:aws:elasticloadbalancing:eu-central-1:123456789012";

export const ENVIRONMENT_SETTINGS = {
  pools: { web: { ssm: { tags: { "tutti:pool": "web" } }, user: "tutti", directory: "/opt/tutti" } },
  loadBalancer: {
    arn: `${ACCOUNT}:loadbalancer/app/front/50dc6c495c0c9188`,
    ports: { from: 8000, to: 8099 },
    vpcId: "vpc-0a1b2c3d",
  },
  domain: {
    name: "apps.example.com",
    listenerArn: `${ACCOUNT}:listener/app/front/50dc6c495c0c9188/f2f7dc8efc522ab2`,
  },
  network: { subnetIds: ["subnet-0a1b2c3d"], securityGroupIds: ["sg-0a1b2c3d"] },
  freezes: [{ from: "2026-12-20T00:00:00Z", to: "2027-01-03T00:00:00Z", reason: "the holidays" }],
  approvals: { approval: "before", minApprovers: 2 },
  maintenance: [{ days: ["TUE", "THU"], from: "09:00", to: "16:00", timezone: "Europe/Berlin" }],
  notifications: [RECEIVER],
};
export const BAD_HOST = {
  pool: "web",
  host: "web-2",
  since: CREATED_AT,
  why: "web-2 is broken still after 3 repairs (GET /healthz answered 500)",
  by: "tutti",
  provenSince: null,
};

export const ENVIRONMENT = {
  name: "prod",
  ...ENVIRONMENT_SETTINGS,
  createdAt: CREATED_AT,
  updatedAt: CREATED_AT,
};

export const DIAGNOSIS = {
  environment: "prod",
  checkedAt: CREATED_AT,
  ok: false,
  checks: [
    {
      path: "cluster.executionRoleArn",
      kinds: ["container"],
      ok: false,
      detail: "There is no such role.",
      mend: "Make it, or name another.",
    },
  ],
};

export const REPLICA = {
  id: "web-1",
  version: "v2",
  health: "healthy",
  address: "10.0.1.17:8080",
  startedAt: STARTED_AT,
};

const SCALED = {
  at: "2026-11-26T09:30:12.000Z",
  status: "Successful",
  description: "Launching a new EC2 instance: i-0a1b2c3d4e5f60718",
  cause:
    "At 2026-11-26T09:30:10Z a monitor alarm TargetTracking-tutti-vm-storefront_prod_a-AlarmHigh-4f1d in state ALARM triggered policy tutti-scaling changing the desired capacity from 2 to 4.",
};

export const SCALING = {
  min: 2,
  max: 10,
  metric: "requestsPerReplica",
  target: 50,
  count: 4,
  value: 43.5,
  lastActivity: SCALED,
  activities: [SCALED],
};

export const VOLUME = {
  name: "data",
  sizeGiB: 10,
  where: "web-1:/opt/tutti/storefront-prod/volumes/data",
  copy: "web-1",
};

export const TARGET = {
  app: "storefront",
  environment: "prod",
  kind: "server",
  endpoint: "http://front.example.com:8000",
  release: "v1",
  desired: 3,
  replicas: [REPLICA],
  traffic: [{ version: "v2", percent: 100 }],
  activeDeployment: "dep_01kaz5",
  queue: [],
  degraded: null,
  drift: [],
  observedAt: ENDED_AT,
};

export const TARGET_HISTORY = {
  app: "storefront",
  environment: "prod",
  standings: [
    { at: "2026-11-26T08:00:00.000Z", desired: 3, replicas: 3, healthy: 3 },
    { at: "2026-11-26T09:12:30.000Z", desired: 3, replicas: 3, healthy: 2 },
  ],
};

export const SCALE_REQUEST = { replicas: 5 };

export const SERVICE = {
  app: "storefront",
  environment: "prod",
  endpoint: TARGET.endpoint,
  addresses: [REPLICA.address],
  identity: { issuedAt: STARTED_AT, expiresAt: "2027-02-24T09:12:00.000Z" },
  observedAt: ENDED_AT,
};

export const HEALING_RUN = {
  id: "heal_01kaz7",
  app: "storefront",
  environment: "prod",
  trigger: "schedule",
  startedAt: STARTED_AT,
  endedAt: ENDED_AT,
  actions: [{ replica: "web-2", finding: "does not answer", action: "started it again", result: "repaired" }],
  summary: "1 of 3 replicas was unhealthy and is repaired.",
};

export const INSIGHTS = {
  app: "storefront",
  environment: "prod",
  deploymentFrequency: { perDay: 0.5, succeeded: 15 },
  leadTime: { medianSeconds: 840, samples: 15 },
  changeFailureRate: { percent: 6.25, failed: 1, changes: 16 },
  timeToRestore: { medianSeconds: 95, samples: 1 },
  daily: [{ day: "2026-11-26", succeeded: 1, failed: 0 }],
};

export const INSIGHTS_ANSWER = {
  from: "2026-10-28T00:00:00.000Z",
  to: "2026-11-27T00:00:00.000Z",
  truncated: false,
  items: [INSIGHTS],
};

export const CHANGES = { mark: "mfk2x1c0-8q1z-4.mfk2x1b3-2k0p-9", changed: true };
