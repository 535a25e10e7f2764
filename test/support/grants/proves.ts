// Whether a call that was made proves that a grant is needed, by the sandbox's own IAM: it is allowed by the role as it is, and denied by the
// role without that grant.
import { policyDocument } from "#infra/policy.ts";
import type { Statement } from "#infra/statement.ts";
import { decide, parsePolicy } from "#sandbox/iam/policy.ts";
import type { Grant } from "./grants-in.ts";
import type { Proof } from "./proofs.ts";

export function proves({ call }: Pick<Proof, "call">, whole: Statement[], { without }: Grant): boolean {
  return decision(whole, call) === "allow" && decision(without, call) === "implicitDeny";
}

function decision(statements: Statement[], { action, resource, context }: Proof["call"]) {
  if (statements.length === 0) return "implicitDeny";
  return decide(parsePolicy(policyDocument(statements)), action, resource, context);
}
