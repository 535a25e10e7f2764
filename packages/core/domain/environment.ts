// Platform settings: what a target stands on and does not own (pools of hosts, the load balancer, roles).

import type { Freeze, MaintenanceWindow } from "../freeze/freeze.ts";
import type { Resources } from "../placement/resources.ts";
import type { ApprovalFloor } from "../plan/gates.ts";
import type { Kind } from "./kind.ts";
import type { Receiver } from "./receiver.ts";

type PoolSettings = {
  user: string;
  directory: string;
  /** What apps may use of each host; else as much as the host says it has. */
  capacity?: Resources;
  /** By the host's name: what is different there. */
  hosts?: Record<string, { capacity?: Resources; zone?: string; labels?: Record<string, string> }>;
};

/** Hosts found by tag through SSM; every tag must match. `directory` is where releases live on a host: absolute, or relative to the agent's working directory. */
export type SsmPool = PoolSettings & { ssm: { tags: Record<string, string> } };

export type SshHost = { name: string; address: string; port: number; user: string; hostKey: string };
/** Hosts named one by one. `keySecret` is the Secrets Manager id of the private key; `hostKey` is the host's public key, `ssh-ed25519 AAAA…`. */
export type SshPool = PoolSettings & { ssh: { hosts: SshHost[]; keySecret: string } };

export type ServerPool = SsmPool | SshPool;

/** A host that takes no new copies, and whose copies go elsewhere where there is room. */
export type BadHost = {
  pool: string;
  host: string;
  since: string;
  why: string;
  /** `tutti`, or who said so: then only people take it back. */
  by: string;
  /** Since when every look finds it answering, with no broken copy on it. */
  provenSince: string | null;
};

export type LoadBalancer = {
  arn: string;
  /** Without a domain (`Environment.domain`) each target gets a listener of its own, on a port of this range. */
  ports: { from: number; to: number };
  vpcId: string;
};

/** Targets behind the load balancer are reached at `https://<app>.<name>`. Who runs the platform makes its records and its certificate. */
export type Domain = {
  name: string;
  /** The listener of the load balancer that speaks HTTPS, with a certificate for `*.<name>`. */
  listenerArn: string;
};

/** Where instances and tasks are placed. `assignPublicIp`: tasks on Fargate get an address of their own to the internet, for subnets without a NAT. */
export type Network = { subnetIds: string[]; securityGroupIds: string[]; assignPublicIp?: boolean };

/** Where copies are found by name: `<app>.<name of the namespace>`. */
export type Discovery = {
  /** ARN of a Cloud Map namespace, private in DNS or for the API alone. */
  namespaceArn: string;
};

/** What virtual machines begin from. `directory` is where a release lives on an instance: absolute, or relative to the agent's working directory. */
export type VmSettings = {
  /** The image that releases are baked on, unless the manifest names one. */
  baseImageId: string;
  instanceType: string;
  /** Of which apps may choose, `t4g.*` for all sizes of one. Absent: all sizes of `instanceType`'s family for `resources`, and any for `vm.instanceType`. */
  instanceTypes?: string[];
  /** ARN of the instance profile, by which the instance is managed by Systems Manager. */
  instanceProfileArn?: string;
  /** The ordinary user that apps run as. */
  user: string;
  directory: string;
};

/** The ECS cluster that services run in. */
export type Cluster = {
  arn: string;
  /** Pulls images, reads secrets, writes logs. */
  executionRoleArn: string;
  /** The role that apps run as. */
  taskRoleArn?: string;
  /** With which ECS makes and attaches disks of copies; volumes that are `ephemeral` need it. */
  infrastructureRoleArn?: string;
  /** The CloudWatch log group that what apps print goes to; it must be there. Default: nowhere. */
  logGroup?: string;
};

/**
 * The EFS file system that shared volumes are on. Each volume of each target has a folder and an access point of its own
 * there, made by Tutti; the files belong to this user. It is reached from `network`.
 */
export type Storage = { fileSystem: string; uid: number; gid: number };

/** Another account, in which a role of the agreed name may be assumed. */
export type TargetAccount = {
  /** 12 digits. */
  id: string;
  /** What the role's trust policy asks for. */
  externalId: string;
  /** Where it is not Tutti's own. */
  region?: string;
};

export type Environment = {
  name: string;
  pools: Record<string, ServerPool>;
  loadBalancer?: LoadBalancer;
  domain?: Domain;
  network?: Network;
  discovery?: Discovery;
  vm?: VmSettings;
  cluster?: Cluster;
  /** By kind: where its targets live, if not in Tutti's own account. */
  accounts?: Partial<Record<Kind, TargetAccount>>;
  storage?: Storage;
  /** In one of them it takes no new releases. */
  freezes?: Freeze[];
  /** Where there are any, it takes new releases in them alone. */
  maintenance?: MaintenanceWindow[];
  /** The least that every deployment here is approved by. */
  approvals?: ApprovalFloor;
  /** Who is told what happens here. */
  notifications?: Receiver[];
  /** Hosts, addresses and ranges inside the network that hooks and notices may go to; else only what is public. */
  hooks?: { allowPrivate: string[] };
  /** The role that users' functions run as. */
  functionRoleArn?: string;
  /** The CloudWatch log group that users' functions write to. Default: the installation's own, or Lambda's in another account. */
  functionLogGroup?: string;
  /** Kept beside the settings: writing these leaves it as it is. */
  badHosts?: BadHost[];
  /** Set by the store, once; absent in what was made before this was kept. */
  createdAt?: string;
  updatedAt: string;
};
