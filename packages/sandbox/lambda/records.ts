// What Lambda remembers of a function. These records are the files on disk, so a field added later must be optional.

export type VersionRecord = {
  /** `$LATEST` or a number. */
  version: string;
  description: string;
  role: string;
  runtime: string;
  handler: string;
  timeoutSeconds: number;
  memoryMib: number;
  environment: Record<string, string>;
  architectures: string[];
  ephemeralStorageMib: number;
  tracingMode: string;
  /** Without a word Lambda's own. */
  logGroup?: string | undefined;
  codeSha256: string;
  codeSizeBytes: number;
  /** Folder of the unpacked code, relative to the service's directory. */
  codeFolder: string;
  lastModified: string;
  revisionId: string;
  vpc?: { SubnetIds: string[]; SecurityGroupIds: string[] } | undefined;
  fileSystems?: { Arn: string; LocalMountPath: string }[] | undefined;
  state: "Pending" | "Active";
  lastUpdateStatus: "Successful" | "InProgress";
};

export type AliasRecord = {
  name: string;
  functionVersion: string;
  description: string;
  /** At most one other version and the share of calls it gets, 0 to 1. */
  additionalWeights: Record<string, number>;
  revisionId: string;
};

export type UrlRecord = {
  authType: "NONE" | "AWS_IAM";
  cors?: Record<string, unknown>;
  invokeMode: string;
  createdAt: string;
  modifiedAt: string;
};

export type Statement = Record<string, unknown> & { Sid: string; Action: string; Principal: unknown };
export type PolicyRecord = { revisionId: string; statements: Statement[] };

export type ProvisionedRecord = { requested: number; modifiedAtMs: number };

/** Of asynchronous calls. */
export type EventInvokeRecord = {
  maxRetries: number;
  onFailureArn?: string | undefined;
  modifiedAtMs: number;
};

export type FunctionRecord = {
  name: string;
  arn: string;
  latest: VersionRecord;
  versions: VersionRecord[];
  nextVersion: number;
  aliases: Record<string, AliasRecord>;
  /** By alias name; `$LATEST` for the function's own. */
  urls: Record<string, UrlRecord>;
  /** By version or alias; `$LATEST` for the function's own. */
  policies: Record<string, PolicyRecord>;
  tags: Record<string, string>;
  reservedConcurrency?: number;
  /** Provisioned concurrency by version. */
  provisioned?: Record<string, ProvisionedRecord>;
  eventInvoke?: EventInvokeRecord;
};

export const LATEST = "$LATEST";
