// Conditions of a statement, as far as the sandbox knows the keys: an operator, a key and the values of which one must fit.
// A key that the request does not bring fits nothing, and so a negated operator fits it (IAM user guide, "Condition operators").
import { asList, malformed, matchesWildcard } from "./policy.ts";

export type Condition = { operator: string; key: string; values: string[] };

const OPERATORS = ["StringEquals", "StringLike", "ArnEquals", "ArnLike", "ArnNotLike"];
const KEY =
  /^(iam:PassedToService|lambda:SourceFunctionArn|ec2:CreateAction|elasticloadbalancing:CreateAction|aws:(Resource|Request)Tag\/.+|ssm:resourceTag\/.+)$/;

/** Throws MalformedPolicyDocument for what the sandbox cannot judge. */
export function parseConditions(raw: unknown): Condition[] {
  return Object.entries((raw ?? {}) as Record<string, Record<string, unknown>>).flatMap(
    ([operator, keys]) => {
      if (!OPERATORS.includes(operator))
        throw malformed(`The sandbox does not implement the condition operator ${operator}.`);
      return Object.entries(keys).map(([key, values]) => {
        if (!KEY.test(key)) throw malformed(`The sandbox does not implement the condition key ${key}.`);
        return { operator, key, values: asList(values).map(String) };
      });
    },
  );
}

export function holds({ operator, key, values }: Condition, context: Record<string, string>): boolean {
  const found = context[key];
  if (operator === "ArnNotLike")
    return found === undefined || !values.some((value) => matchesWildcard(value, found));
  if (found === undefined) return false;
  return values.some((value) =>
    operator === "StringEquals" ? value === found : matchesWildcard(value, found),
  );
}
