// How a version looks in an answer, and which settings a request may give it.
import { randomUUID } from "node:crypto";
import { VPC_ID } from "../ec2/network.ts";
import { invalid, notImplemented } from "./faults.ts";
import { placeOf } from "./mounts.ts";
import { type FunctionRecord, LATEST, type VersionRecord } from "./records.ts";

/** Settings of a request, the same for create and update. */
export type Settings = {
  Role?: string;
  Runtime?: string;
  Handler?: string;
  Description?: string;
  Timeout?: number;
  MemorySize?: number;
  Environment?: { Variables?: Record<string, string> };
  EphemeralStorage?: { Size?: number };
  TracingConfig?: { Mode?: string };
  VpcConfig?: { SubnetIds?: string[]; SecurityGroupIds?: string[] };
  FileSystemConfigs?: { Arn?: string; LocalMountPath?: string }[];
  LoggingConfig?: { LogGroup?: string; LogFormat?: string };
} & Record<string, unknown>;

const runtimes = ["nodejs18.x", "nodejs20.x", "nodejs22.x", "nodejs24.x"];
const unsupported = ["Layers", "ImageConfig", "DeadLetterConfig", "KMSKeyArn"];
const unsupportedToo = ["CodeSigningConfigArn", "DurableConfig", "CapacityProviderConfig", "TenancyConfig"];

/** Applies what a request sets; what it leaves out stays. */
export function configure(version: VersionRecord, settings: Settings, nowMs: number): VersionRecord {
  checkSettings(settings);
  return {
    ...version,
    role: settings.Role ?? version.role,
    runtime: settings.Runtime ?? version.runtime,
    handler: settings.Handler ?? version.handler,
    description: settings.Description ?? version.description,
    timeoutSeconds: settings.Timeout ?? version.timeoutSeconds,
    memoryMib: settings.MemorySize ?? version.memoryMib,
    environment: settings.Environment ? { ...settings.Environment.Variables } : version.environment,
    ephemeralStorageMib: settings.EphemeralStorage?.Size ?? version.ephemeralStorageMib,
    tracingMode: settings.TracingConfig?.Mode ?? version.tracingMode,
    logGroup: settings.LoggingConfig?.LogGroup ?? version.logGroup,
    ...placeOf(version, settings),
    lastModified: awsInstant(nowMs),
    revisionId: randomUUID(),
  };
}

function checkSettings(settings: Settings): void {
  for (const key of [...unsupported, ...unsupportedToo]) {
    if (isSet(settings[key])) throw notImplemented(key);
  }
  if (settings.Runtime !== undefined && !runtimes.includes(settings.Runtime)) {
    throw invalid(
      `Value ${settings.Runtime} at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: [${runtimes.join(", ")}]`,
    );
  }
  within("timeout", settings.Timeout, 1, 900);
  within("memorySize", settings.MemorySize, 128, 10_240);
  within("ephemeralStorage.size", settings.EphemeralStorage?.Size, 512, 10_240);
  if (settings.Role !== undefined && !/^arn:aws:iam::\d{12}:role\/.+$/.test(settings.Role)) {
    throw invalid(`Value '${settings.Role}' at 'role' is not the ARN of a role`);
  }
  const group = settings.LoggingConfig?.LogGroup;
  if (group !== undefined && !/^[.\-_/#A-Za-z0-9]{1,512}$/.test(group)) {
    throw invalid(
      `Value '${group}' at 'loggingConfig.logGroup' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+`,
    );
  }
  checkVariables(settings.Environment?.Variables ?? {});
}

/** Reserved names and the 4 KB limit: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html */
function checkVariables(variables: Record<string, string>): void {
  const reserved = Object.keys(variables).filter((key) =>
    /^(_HANDLER|_X_AMZN_TRACE_ID|AWS_(REGION|DEFAULT_REGION|ACCESS_KEY.*|SECRET_ACCESS_KEY|SESSION_TOKEN|EXECUTION_ENV|LAMBDA_.*))$/.test(
      key,
    ),
  );
  if (reserved.length > 0) {
    throw invalid(
      `Lambda was unable to configure your environment variables because the environment variables you have provided contains reserved keys that are currently not supported for modification. Reserved keys used in this request: ${reserved.join(", ")}`,
    );
  }
  if (Buffer.byteLength(JSON.stringify(variables)) > 4096) {
    throw invalid(
      "Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit.",
    );
  }
}

function within(name: string, value: number | undefined, low: number, high: number): void {
  if (value === undefined || (Number.isInteger(value) && value >= low && value <= high)) return;
  throw invalid(
    `Value '${value}' at '${name}' failed to satisfy constraint: Member must be between ${low} and ${high}`,
  );
}

/** Tools send empty lists and objects for what they do not want. */
function isSet(value: unknown): boolean {
  if (value === undefined || value === null || value === "") return false;
  return typeof value === "object" ? Object.values(value).some(isSet) : true;
}

/** Lambda's own spelling: `2026-11-24T12:00:00.000+0000`. */
export const awsInstant = (ms: number) => new Date(ms).toISOString().replace("Z", "+0000");

/** `qualified` answers carry the version in the ARN. */
export function describe(
  record: FunctionRecord,
  version: VersionRecord,
  qualifier?: string,
): Record<string, unknown> {
  return {
    FunctionName: record.name,
    FunctionArn: qualifier === undefined ? record.arn : `${record.arn}:${qualifier}`,
    Runtime: version.runtime,
    Role: version.role,
    Handler: version.handler,
    CodeSize: version.codeSizeBytes,
    CodeSha256: version.codeSha256,
    Description: version.description,
    Timeout: version.timeoutSeconds,
    MemorySize: version.memoryMib,
    LastModified: version.lastModified,
    Version: version.version,
    ...(Object.keys(version.environment).length > 0
      ? { Environment: { Variables: version.environment } }
      : {}),
    TracingConfig: { Mode: version.tracingMode },
    RevisionId: version.revisionId,
    State: version.state,
    ...(version.state === "Pending"
      ? { StateReason: "The function is being created.", StateReasonCode: "Creating" }
      : {}),
    LastUpdateStatus: version.lastUpdateStatus,
    ...(version.lastUpdateStatus === "InProgress"
      ? { LastUpdateStatusReason: "The function is being updated.", LastUpdateStatusReasonCode: "Updating" }
      : {}),
    PackageType: "Zip",
    Architectures: version.architectures,
    EphemeralStorage: { Size: version.ephemeralStorageMib },
    ...(version.vpc ? { VpcConfig: { ...version.vpc, VpcId: VPC_ID, Ipv6AllowedForDualStack: false } } : {}),
    ...(version.fileSystems ? { FileSystemConfigs: version.fileSystems } : {}),
    SnapStart: { ApplyOn: "None", OptimizationStatus: "Off" },
    LoggingConfig: { LogFormat: "Text", LogGroup: logGroupOf(record, version) },
  };
}

export function logGroupOf({ name }: FunctionRecord, { logGroup }: VersionRecord): string {
  return logGroup ?? `/aws/lambda/${name}`;
}

export function emptyVersion(role: string): VersionRecord {
  return {
    version: LATEST,
    description: "",
    role,
    runtime: "",
    handler: "",
    timeoutSeconds: 3,
    memoryMib: 128,
    environment: {},
    architectures: ["x86_64"],
    ephemeralStorageMib: 512,
    tracingMode: "PassThrough",
    codeSha256: "",
    codeSizeBytes: 0,
    codeFolder: "",
    lastModified: "",
    revisionId: "",
    state: "Pending",
    lastUpdateStatus: "Successful",
  };
}
