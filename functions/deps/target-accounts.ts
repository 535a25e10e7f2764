// Where the targets of an environment live, if not in Tutti's own account: clients with that account's credentials, and in its region. The
// role there is assumed with the external id that both sides agreed on ("How to use an external ID" in the IAM User Guide). STS is a
// chunk of its own, read by the first who needs it.
import type { STSClient } from "@aws-sdk/client-sts";
import type { TargetAccount } from "#core/domain/environment.ts";
import { TuttiError } from "#core/errors.ts";
import { callAws } from "#targets/host/call-aws.ts";
import { awsOptions } from "./aws-options.ts";

type Temporary = { accessKeyId: string; secretAccessKey: string; sessionToken: string; expiration: Date };
export type AccountCredentials = () => Promise<Temporary>;

/** SDK clients ask again 5 minutes before the end (`memoizeIdentityProvider`); asked then, this one must have new ones. */
const RENEWED_BEFORE_MS = 6 * 60_000;
/** AssumeRole's own default, and the longest for one role that assumed another (STS API Reference, AssumeRole). */
const SESSION_SECONDS = 3600;
const ANSWER_SECONDS = 5;

/** Kept until shortly before they end; who asks meanwhile waits for the same answer. `roleName`: of the role in every such account. Throws `platform_denied` where the role is not there or does not trust. */
function accountCredentials(roleName: string, { id, externalId }: TargetAccount): AccountCredentials {
  const RoleArn = `arn:aws:iam::${id}:role/${roleName}`;
  let client: STSClient | undefined;
  let kept: Promise<Temporary> | undefined;
  let goodUntilMs = 0;
  const assume = async (): Promise<Temporary> => {
    const { AssumeRoleCommand, STSClient } = await import("@aws-sdk/client-sts");
    client ??= new STSClient(awsOptions(ANSWER_SECONDS, 3));
    const sts = client;
    const request = {
      RoleArn,
      ExternalId: externalId,
      RoleSessionName: "tutti",
      DurationSeconds: SESSION_SECONDS,
    };
    const { Credentials } = await callAws("sts:AssumeRole", (abortSignal) =>
      sts.send(new AssumeRoleCommand(request), { abortSignal }),
    );
    if (!Credentials) throw new TuttiError("driver_failed", `STS gave no credentials of ${RoleArn}.`);
    const expiration = Credentials.Expiration!;
    goodUntilMs = expiration.getTime() - RENEWED_BEFORE_MS;
    return {
      accessKeyId: Credentials.AccessKeyId!,
      secretAccessKey: Credentials.SecretAccessKey!,
      sessionToken: Credentials.SessionToken!,
      expiration,
    };
  };
  return () => {
    if (kept && Date.now() < goodUntilMs) return kept;
    goodUntilMs = Number.POSITIVE_INFINITY;
    kept = assume().catch((error: unknown) => {
      kept = undefined;
      throw error;
    });
    return kept;
  };
}

/** Has a client of the target's place counted, and made one of its account. */
export type Bring = <T>(client: T) => T;

/** What `make` makes of clients that it brings: one of each account, made when it is first needed. */
export function inEachAccount<T>(
  roleName: string,
  make: (bring: Bring, assume: AccountCredentials, account: TargetAccount) => T,
): (account: TargetAccount) => T {
  const known = new Map<string, T>();
  return (account) => {
    const key = JSON.stringify([account.id, account.region, account.externalId]);
    const assume = accountCredentials(roleName, account);
    const found = known.get(key) ?? make((client) => moved(client, account, assume), assume, account);
    known.set(key, found);
    return found;
  };
}

/** What each SDK client lets be set after it was made: its credentials by a setter, its region as a plain provider. */
type Movable = { config: { credentials: AccountCredentials; region: () => Promise<string> } };

/** The client as one of that account. */
function moved<T>(client: T, { region }: Pick<TargetAccount, "region">, credentials: AccountCredentials): T {
  const { config } = client as Movable;
  config.credentials = credentials;
  if (region !== undefined) config.region = async () => region;
  return client;
}
