// Resource policies of functions, and what they allow the public to do through a URL.
import { randomUUID } from "node:crypto";
import { checkRevision, conflict, notFound, nothingThere } from "./faults.ts";
import { parseFunctionName, qualifiedArn } from "./names.ts";
import { type FunctionRecord, LATEST, type PolicyRecord, type Statement } from "./records.ts";
import type { FunctionStore } from "./store.ts";

// biome-ignore lint/suspicious/noExplicitAny: the shape of an input is the SDK schema's.
type Input = any;

export function permissionHandlers(store: FunctionStore) {
  const locate = (input: Input) => {
    const { name, qualifier } = parseFunctionName(input.FunctionName, input.Qualifier);
    const record = store.get(name);
    const key = qualifier ?? LATEST;
    const known = key === LATEST || record.aliases[key] || record.versions.some((one) => one.version === key);
    if (!known) throw notFound(qualifiedArn(record.arn, key));
    return { record, qualifier, key };
  };
  return {
    AddPermission(input: Input) {
      const { record, qualifier, key } = locate(input);
      const policy: PolicyRecord = record.policies[key] ?? { revisionId: randomUUID(), statements: [] };
      checkRevision(input.RevisionId, policy.revisionId);
      if (policy.statements.some((one) => one.Sid === input.StatementId)) {
        throw conflict(
          `The statement id (${input.StatementId}) provided already exists. Please provide a new statement id, or remove the existing statement.`,
        );
      }
      const statement = statementOf(input, qualifiedArn(record.arn, qualifier));
      record.policies[key] = { revisionId: randomUUID(), statements: [...policy.statements, statement] };
      store.save(record);
      return { Statement: JSON.stringify(statement) };
    },
    RemovePermission(input: Input) {
      const { record, key } = locate(input);
      const policy = record.policies[key];
      if (!policy?.statements.some((one) => one.Sid === input.StatementId)) {
        throw Object.assign(nothingThere(), {
          message: `Statement ${input.StatementId} is not found in resource policy.`,
        });
      }
      checkRevision(input.RevisionId, policy.revisionId);
      const statements = policy.statements.filter((one) => one.Sid !== input.StatementId);
      if (statements.length > 0) record.policies[key] = { revisionId: randomUUID(), statements };
      else delete record.policies[key];
      store.save(record);
      return {};
    },
    GetPolicy(input: Input) {
      const { record, key } = locate(input);
      const policy = record.policies[key];
      if (!policy) throw nothingThere();
      const document = { Version: "2012-10-17", Id: "default", Statement: policy.statements };
      return { Policy: JSON.stringify(document), RevisionId: policy.revisionId };
    },
  };
}

function statementOf(input: Input, arn: string): Statement {
  const condition = {
    ...(input.FunctionUrlAuthType
      ? { StringEquals: { "lambda:FunctionUrlAuthType": input.FunctionUrlAuthType } }
      : {}),
    ...(input.InvokedViaFunctionUrl ? { Bool: { "lambda:InvokedViaFunctionUrl": "true" } } : {}),
    ...(input.SourceArn ? { ArnLike: { "AWS:SourceArn": input.SourceArn } } : {}),
    ...(input.SourceAccount ? { StringEquals: { "AWS:SourceAccount": input.SourceAccount } } : {}),
  };
  return {
    Sid: input.StatementId,
    Effect: "Allow",
    Principal: principalOf(input.Principal),
    Action: input.Action,
    Resource: arn,
    ...(Object.keys(condition).length > 0 ? { Condition: condition } : {}),
  };
}

function principalOf(principal: string): unknown {
  if (principal === "*") return "*";
  return /\.(amazonaws\.com|com)$/.test(principal) ? { Service: principal } : { AWS: principal };
}

/**
 * Whether anybody may call a URL with auth type NONE. Since October 2025 both actions are needed:
 * https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
 */
export function isPublic(record: FunctionRecord, key: string): boolean {
  const statements = record.policies[key]?.statements ?? [];
  const grants = (action: string, condition: (document: Record<string, Record<string, string>>) => boolean) =>
    statements.some(
      (one) =>
        one.Principal === "*" &&
        one.Action === action &&
        condition((one.Condition ?? {}) as Record<string, Record<string, string>>),
    );
  const forUrl = grants(
    "lambda:InvokeFunctionUrl",
    (document) => (document.StringEquals?.["lambda:FunctionUrlAuthType"] ?? "NONE") === "NONE",
  );
  return forUrl && grants("lambda:InvokeFunction", () => true);
}
