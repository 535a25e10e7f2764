// STS: AssumeRole, in the caller's account and across accounts, and who one is. Sessions end when they say; session policies, tags and
// MFA are not implemented, and say so.
import * as sts from "@aws-sdk/client-sts";
import type { Account } from "../account.ts";
import { AwsError, type Caller, type Platform, type Service } from "../platform.ts";
import { trusts } from "./trust.ts";

const ROLE = /^arn:aws:iam::(\d{12}):role\/(?:.*\/)?[^/]+$/;
/** STS API Reference, AssumeRole: 15 minutes to the role's longest, an hour by default. */
const SHORTEST_SECONDS = 900;
const DEFAULT_SECONDS = 3600;
const NOT_BUILT = [
  "Policy",
  "PolicyArns",
  "Tags",
  "TransitiveTagKeys",
  "SerialNumber",
  "TokenCode",
  "SourceIdentity",
];

export function createSts(platform: Platform, accountOf: (id: string) => Account | undefined): Service {
  return {
    name: "sts",
    module: sts,
    Client: sts.STSClient,
    handlers: {
      AssumeRole: (input: sts.AssumeRoleRequest, caller) => assumeRole(platform, accountOf, input, caller),
      GetCallerIdentity: (_input, { principal }) => identityOf(platform, principal),
    },
    iamResources: { AssumeRole: (input: sts.AssumeRoleRequest) => [input.RoleArn ?? "*"] },
    // Everybody may ask who they are (STS API Reference, GetCallerIdentity).
    iamActions: { GetCallerIdentity: [] },
  };
}

function assumeRole(
  platform: Platform,
  accountOf: (id: string) => Account | undefined,
  input: sts.AssumeRoleRequest,
  { principal }: Caller,
): sts.AssumeRoleResponse {
  const { RoleArn = "", RoleSessionName = "", ExternalId, DurationSeconds = DEFAULT_SECONDS } = input;
  const odd = NOT_BUILT.find((key) => (input as unknown as Record<string, unknown>)[key] !== undefined);
  if (odd) throw invalid(`The sandbox does not implement ${odd} of AssumeRole.`);
  if (!/^[\w+=,.@-]{2,64}$/.test(RoleSessionName))
    throw invalid(`RoleSessionName ${RoleSessionName} is not valid.`);
  if (ExternalId !== undefined && !/^[\w+=,.@:/-]{2,1224}$/.test(ExternalId))
    throw invalid("ExternalId is not valid.");
  const owner = accountOf(ROLE.exec(RoleArn)?.[1] ?? "");
  const role = owner?.roles.byArn(RoleArn);
  const asked = { account: platform.accountId, principal, externalId: ExternalId };
  // Whether there is such a role is nobody's business either.
  if (!owner || !role || !trusts(role.trustPolicy, asked))
    throw new AwsError(
      "AccessDenied",
      `User: ${principal} is not authorized to perform: sts:AssumeRole on resource: ${RoleArn}`,
    );
  if (DurationSeconds < SHORTEST_SECONDS || DurationSeconds > role.maxSessionSeconds)
    throw invalid("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
  const expiresAtMs = platform.now() + DurationSeconds * 1000;
  const { accessKeyId, secretAccessKey, sessionToken } = owner.access.openSession(RoleArn, expiresAtMs);
  return {
    Credentials: {
      AccessKeyId: accessKeyId,
      SecretAccessKey: secretAccessKey,
      SessionToken: sessionToken,
      Expiration: new Date(expiresAtMs),
    },
    AssumedRoleUser: {
      AssumedRoleId: `${role.id}:${RoleSessionName}`,
      Arn: `arn:aws:sts::${owner.id}:assumed-role/${role.name}/${RoleSessionName}`,
    },
  };
}

function identityOf({ accountId }: Platform, principal: string) {
  const Arn = principal === "root" ? `arn:aws:iam::${accountId}:root` : principal;
  return { Account: accountId, Arn, UserId: Arn.split("/").at(-1) };
}

function invalid(message: string): AwsError {
  return new AwsError("ValidationError", message);
}
