// Who is who and who may what: one access key per role and one for `root`, kept on disk so that they outlive a restart.
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { openDocuments } from "../ground/documents.ts";
import { AwsError, type Credentials } from "../platform.ts";
import { type Asked, openRecord } from "./asked.ts";
import { askedFile } from "./asked-file.ts";
import { decide } from "./policy.ts";
import type { Roles } from "./roles.ts";

type AccessKey = { principal: string } & Credentials;

export type Access = {
  principalOf(accessKeyId: string): string | undefined;
  secretOf(accessKeyId: string): string | undefined;
  /** `principal`: a role's ARN, or `root`. */
  credentialsOf(principal: string): Credentials;
  /** Throws AccessDeniedException. */
  authorize(principal: string, action: string, resource: string, context?: Record<string, string>): void;
  forget(principal: string): void;
  /** Credentials of a role that end. Kept in memory: a restart ends them all. */
  openSession(roleArn: string, expiresAtMs: number): Required<Credentials>;
  /** Throws ExpiredTokenException, and UnrecognizedClientException for a key without the token that goes with it. */
  checkSession(accessKeyId: string, token: string | undefined): void;
  /** IAM's "last accessed information", for those who want to know which grants are needed. */
  askedBy(principal: string): Asked;
};

export function openAccess(
  directory: string,
  roles: Roles,
  { rootKeyId = "root", now = () => Date.now() } = {},
): Access {
  const keys = openDocuments<AccessKey>(join(directory, "keys"));
  const record = openRecord(askedFile());
  const byKeyId = new Map(keys.list().map((key) => [key.accessKeyId, key]));
  const sessions = new Map<string, AccessKey & { expiresAtMs: number }>();
  const find = (accessKeyId: string) => byKeyId.get(accessKeyId) ?? sessions.get(accessKeyId);
  return {
    principalOf: (accessKeyId) => find(accessKeyId)?.principal,
    secretOf: (accessKeyId) => find(accessKeyId)?.secretAccessKey,
    openSession(principal, expiresAtMs) {
      const sessionToken = randomBytes(48).toString("base64");
      const key = { ...makeKey(principal), sessionToken };
      sessions.set(key.accessKeyId, { ...key, expiresAtMs });
      return key;
    },
    checkSession(accessKeyId, token) {
      const session = sessions.get(accessKeyId);
      if (!session) return;
      if (token !== session.sessionToken)
        throw new AwsError(
          "UnrecognizedClientException",
          "The security token included in the request is invalid.",
        );
      if (now() >= session.expiresAtMs)
        throw new AwsError("ExpiredTokenException", "The security token included in the request is expired");
    },
    credentialsOf(principal) {
      if (principal !== "root" && !roles.byArn(principal))
        throw new AwsError("NoSuchEntity", `The role ${principal} cannot be found.`);
      let key = keys.get(principal);
      if (!key) {
        key = principal === "root" ? { ...makeKey(principal), accessKeyId: rootKeyId } : makeKey(principal);
        keys.set(principal, key);
        byKeyId.set(key.accessKeyId, key);
      }
      return { accessKeyId: key.accessKeyId, secretAccessKey: key.secretAccessKey };
    },
    authorize(principal, action, resource, context) {
      if (principal === "root") return;
      const statements = roles.statementsOf(principal);
      const decision = decide(statements, action, resource, context);
      record.add(principal, { statements, decision, action, resource, context });
      if (decision === "allow") return;
      const explicit = decision === "deny" ? " with an explicit deny in an identity-based policy" : "";
      throw new AwsError(
        "AccessDeniedException",
        `User: ${principal} is not authorized to perform: ${action} on resource: ${resource}${explicit}`,
      );
    },
    askedBy: record.of,
    forget(principal) {
      const key = keys.get(principal);
      if (key) byKeyId.delete(key.accessKeyId);
      keys.delete(principal);
    },
  };
}

function makeKey(principal: string): AccessKey {
  const accessKeyId = `ASIA${randomBytes(8).toString("hex").toUpperCase()}`;
  return { principal, accessKeyId, secretAccessKey: randomBytes(30).toString("base64url") };
}
