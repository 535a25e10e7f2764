// The roles of the sandbox and their inline policies, kept on disk. Parsed statements are kept beside them, so that a
// check on every request costs no parsing.
import { join } from "node:path";
import { type Documents, openDocuments } from "../ground/documents.ts";
import { parsePolicy, type Statement } from "./policy.ts";

export type Role = {
  name: string;
  id: string;
  path: string;
  arn: string;
  description?: string;
  trustPolicy: string;
  createdAt: string;
  maxSessionSeconds: number;
  tags: { Key: string; Value: string }[];
  /** Policy documents by name, as written. */
  policies: Record<string, string>;
};

export type Roles = Pick<Documents<Role>, "get" | "set" | "delete" | "list"> & {
  byArn(arn: string): Role | undefined;
  statementsOf(arn: string): Statement[];
};

export function openRoles(directory: string): Roles {
  const documents = openDocuments<Role>(join(directory, "roles"));
  const statements = new Map<string, Statement[]>();
  const names = new Map(documents.list().map((role) => [role.arn, role.name]));
  const byArn = (arn: string) => {
    const name = names.get(arn);
    return name === undefined ? undefined : documents.get(name);
  };
  return {
    ...documents,
    set(name, role) {
      documents.set(name, role);
      names.set(role.arn, name);
      statements.delete(role.arn);
    },
    delete(name) {
      const role = documents.get(name);
      if (role) names.delete(role.arn);
      if (role) statements.delete(role.arn);
      documents.delete(name);
    },
    byArn,
    statementsOf(arn) {
      const known = statements.get(arn);
      if (known) return known;
      const parsed = Object.values(byArn(arn)?.policies ?? {}).flatMap(parsePolicy);
      statements.set(arn, parsed);
      return parsed;
    },
  };
}
