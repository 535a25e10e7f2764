// What EC2 remembers, one document each. The wire's shapes are made from these when somebody asks.
import type { InstanceStateName, RequestLaunchTemplateData } from "@aws-sdk/client-ec2";

export type Tags = Record<string, string>;

export type InstanceRecord = {
  id: string;
  reservationId: string;
  launchIndex: number;
  state: InstanceStateName;
  /** Why it is in this state, where somebody or something put it there. */
  reason?: { code: string; message: string };
  imageId: string;
  type: string;
  architecture: "arm64" | "x86_64";
  subnetId: string;
  securityGroupIds: string[];
  /** ARN of the instance profile. */
  profileArn?: string;
  /** As it came: base64. */
  userData?: string;
  /** The script of the user data has come to its end, or will not be run again. */
  userDataDone: boolean;
  /** Whether the metadata tells of the tags. */
  tellsTags?: boolean;
  tags: Tags;
  clientToken?: string;
  /** Of the request with the client token, to tell a repetition from a different request. */
  fingerprint?: string;
  launchedAt: number;
  terminatedAt?: number;
};

export type ImageRecord = {
  id: string;
  name: string;
  description: string;
  state: "pending" | "available" | "failed";
  reason?: string;
  owner: { id: string; alias?: string };
  isPublic: boolean;
  architecture: InstanceRecord["architecture"];
  sourceInstanceId?: string;
  snapshotId: string;
  /** Where the copied directory was, and which files and links in it name that place. */
  origin?: { directory: string; files: string[]; links: string[] };
  createdAt: number;
  tags: Tags;
};

export type SnapshotRecord = {
  id: string;
  /** Of an image. */
  imageId?: string;
  /** Of a volume, with its size. */
  volumeId?: string;
  sizeGiB?: number;
  /** Completed where nothing is said. */
  state?: "pending" | "completed";
  description: string;
  createdAt: number;
  tags: Tags;
};

export type VolumeChange = {
  state: "modifying" | "optimizing";
  originalGiB: number;
  targetGiB: number;
  beganAt: number;
};

export type VolumeRecord = {
  id: string;
  zone: string;
  type: string;
  sizeGiB: number;
  isEncrypted: boolean;
  /** Of which it was made. */
  snapshotId?: string;
  state: "creating" | "available" | "in-use" | "error";
  attachment?: {
    instanceId: string;
    device: string;
    state: "attaching" | "attached" | "detaching" | "busy";
    attachedAt: number;
    deletesOnTermination: boolean;
  };
  /** Of its size; oldest first. */
  changes?: VolumeChange[];
  createdAt: number;
  tags: Tags;
  clientToken?: string;
};

export type TemplateVersion = {
  number: number;
  description?: string;
  createdAt: number;
  data: RequestLaunchTemplateData;
  clientToken?: string;
};

export type TemplateRecord = {
  id: string;
  name: string;
  defaultVersion: number;
  /** Numbers are never used twice. */
  latestVersion: number;
  versions: TemplateVersion[];
  createdAt: number;
  tags: Tags;
  clientToken?: string;
};
