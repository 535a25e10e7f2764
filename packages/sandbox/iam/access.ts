// Who is who and who may what: one access key per role and one for `root`, kept on disk so that they outlive a restart.
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { openDocuments } from "../ground/documents.ts";
import { AwsError, type Credentials } from "../platform.ts";
import { type Asked, openRecord } from "./asked.ts";
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
  /** IAM's "last accessed information", for those who want to know which grants are needed. */
  askedBy(principal: string): Asked;
};

export function openAccess(directory: string, roles: Roles): Access {
  const keys = openDocuments<AccessKey>(join(directory, "keys"));
  const record = openRecord();
  const byKeyId = new Map(keys.list().map((key) => [key.accessKeyId, key]));
  return {
    principalOf: (accessKeyId) => byKeyId.get(accessKeyId)?.principal,
    secretOf: (accessKeyId) => byKeyId.get(accessKeyId)?.secretAccessKey,
    credentialsOf(principal) {
      if (principal !== "root" && !roles.byArn(principal))
        throw new AwsError("NoSuchEntity", `The role ${principal} cannot be found.`);
      let key = keys.get(principal);
      if (!key) {
        key = makeKey(principal);
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
  const accessKeyId = principal === "root" ? "root" : `ASIA${randomBytes(8).toString("hex").toUpperCase()}`;
  return { principal, accessKeyId, secretAccessKey: randomBytes(30).toString("base64url") };
}
