// A secret and its versions. A stage (AWSCURRENT, AWSPREVIOUS) is on one version at a time; a version without a stage
// is forgotten.
import { randomBytes, randomUUID } from "node:crypto";
import type * as secretsmanager from "@aws-sdk/client-secrets-manager";
import type { Documents } from "../ground/documents.ts";
import { AwsError, type Platform } from "../platform.ts";

export type Version = { text?: string; bytes?: string; createdAt: number; stages: string[] };

export type Secret = {
  name: string;
  arn: string;
  description?: string;
  tags: { Key?: string; Value?: string }[];
  createdAt: number;
  changedAt: number;
  deletedAt?: number;
  versions: Record<string, Version>;
};

type Value = {
  ClientRequestToken?: string;
  SecretString?: string;
  SecretBinary?: Uint8Array;
  VersionStages?: string[];
};

/** The longest value: SecretString in the Secrets Manager API Reference. */
const MAX_VALUE_BYTES = 65_536;

export function newSecret(
  platform: Platform,
  secrets: Documents<Secret>,
  input: secretsmanager.CreateSecretRequest,
): Secret {
  const name = input.Name ?? "";
  if (!/^[\w/+=.@-]{1,512}$/.test(name))
    throw new AwsError("ValidationException", `Invalid name ${name}: use letters, digits and /_+=.@-`);
  const existing = secrets.get(name);
  if (existing) {
    const scheduled = existing.deletedAt
      ? ["InvalidRequestException", "a secret with this name is already scheduled for deletion."]
      : ["ResourceExistsException", `the secret ${name} already exists.`];
    throw new AwsError(scheduled[0]!, `The operation failed because ${scheduled[1]}`);
  }
  const suffix = randomBytes(4).toString("base64url").replace(/[-_]/g, "x").slice(0, 6);
  const now = platform.now();
  const empty: Secret = {
    name,
    arn: `arn:aws:secretsmanager:${platform.region}:${platform.accountId}:secret:${name}-${suffix}`,
    description: input.Description,
    tags: (input.Tags ?? []) as Secret["tags"],
    createdAt: now,
    changedAt: now,
    versions: {},
  };
  const hasValue = input.SecretString !== undefined || input.SecretBinary !== undefined;
  return hasValue ? withVersion(empty, input as Value, now).secret : empty;
}

/** The same token with the same value changes nothing; with another value it is refused. */
export function withVersion(secret: Secret, value: object, now: number): { secret: Secret; id: string } {
  const { ClientRequestToken, SecretString, SecretBinary, VersionStages } = value as Value;
  const id = ClientRequestToken ?? randomUUID();
  const bytes = SecretBinary === undefined ? undefined : Buffer.from(SecretBinary).toString("base64");
  if (Buffer.byteLength(SecretString ?? bytes ?? "") > MAX_VALUE_BYTES)
    throw new AwsError("ValidationException", `A secret value has at most ${MAX_VALUE_BYTES} bytes.`);
  const existing = secret.versions[id];
  if (existing) {
    if (existing.text === SecretString && existing.bytes === bytes) return { secret, id };
    throw new AwsError("ResourceExistsException", `You can't modify the value of version ${id}.`);
  }
  const stages = VersionStages ?? ["AWSCURRENT"];
  const versions = moveStages(secret.versions, stages);
  versions[id] = { text: SecretString, bytes, createdAt: now, stages };
  return { secret: { ...secret, changedAt: now, versions }, id };
}

function moveStages(versions: Secret["versions"], taken: string[]): Secret["versions"] {
  const current = taken.includes("AWSCURRENT");
  const moved: Secret["versions"] = {};
  for (const [id, version] of Object.entries(versions)) {
    const wasCurrent = version.stages.includes("AWSCURRENT");
    const kept = version.stages.filter(
      (stage) => !taken.includes(stage) && !(current && stage === "AWSPREVIOUS"),
    );
    if (current && wasCurrent) kept.push("AWSPREVIOUS");
    if (kept.length > 0) moved[id] = { ...version, stages: kept };
  }
  return moved;
}

/** By name, ARN, or ARN without its random suffix. */
export function findSecret(secrets: Documents<Secret>, id = ""): Secret {
  const [, place, name = id] = /^(arn:aws:secretsmanager:[^:]*:[^:]*:secret:)(.+)$/.exec(id) ?? [];
  const secret = secrets.get(name) ?? secrets.get(name.replace(/-[A-Za-z0-9]{6}$/, ""));
  // One of another region is not here, whatever it is called.
  const isMeant = (one: Secret) =>
    place === undefined || (one.arn.startsWith(place) && (name === one.name || one.arn === id));
  if (secret && isMeant(secret)) return secret;
  throw new AwsError("ResourceNotFoundException", "Secrets Manager can't find the specified secret.");
}

export function versionOf(
  secret: Secret,
  id: string | undefined,
  stage: string | undefined,
): [string, Version] {
  const found = Object.entries(secret.versions).find(
    ([versionId, version]) =>
      (id === undefined || versionId === id) &&
      (stage !== undefined || id === undefined ? version.stages.includes(stage ?? "AWSCURRENT") : true),
  );
  if (found) return found;
  const what = id ? `VersionId: ${id}` : `staging label: ${stage ?? "AWSCURRENT"}`;
  throw new AwsError(
    "ResourceNotFoundException",
    `Secrets Manager can't find the specified secret value for ${what}`,
  );
}

export function describe(secret: Secret) {
  return {
    ARN: secret.arn,
    Name: secret.name,
    Description: secret.description,
    Tags: secret.tags,
    CreatedDate: new Date(secret.createdAt),
    LastChangedDate: new Date(secret.changedAt),
    DeletedDate: secret.deletedAt === undefined ? undefined : new Date(secret.deletedAt),
    VersionIdsToStages: Object.fromEntries(
      Object.entries(secret.versions).map(([id, version]) => [id, version.stages]),
    ),
  };
}
