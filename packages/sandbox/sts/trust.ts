// Who may assume a role: its trust policy, judged as IAM does for AssumeRole ("How to use an external ID" and "Policy evaluation for
// requests across accounts" in the IAM User Guide). A condition that the sandbox cannot judge makes the policy fit nobody.
import { matchesWildcard } from "../iam/policy.ts";

type TrustStatement = {
  Effect?: string;
  Principal?: { AWS?: string | string[]; Service?: string | string[] } | string;
  Action?: string | string[];
  Condition?: Record<string, Record<string, string | string[]>>;
};

/** `principal`: ARN of a role, or `root`; `account`: the caller's. */
export type Assumption = { account: string; principal: string; externalId: string | undefined };

export function trusts(policy: string, asked: Assumption): boolean {
  const { Statement = [] } = JSON.parse(policy) as { Statement?: TrustStatement | TrustStatement[] };
  const fitting = [Statement].flat().filter((one) => concerns(one, asked) && holds(one, asked));
  if (fitting.some(({ Effect }) => Effect === "Deny")) return false;
  return fitting.some(({ Effect }) => Effect === "Allow");
}

function concerns({ Action = [], Principal }: TrustStatement, { account, principal }: Assumption): boolean {
  if (![Action].flat().some((one) => matchesWildcard(one.toLowerCase(), "sts:assumerole"))) return false;
  if (typeof Principal === "string") return Principal === "*";
  const whole = [account, `arn:aws:iam::${account}:root`];
  return [Principal?.AWS ?? []].flat().some((one) => one === "*" || one === principal || whole.includes(one));
}

const OPERATORS: Record<string, (pattern: string, value: string) => boolean> = {
  StringEquals: (pattern, value) => pattern === value,
  StringLike: matchesWildcard,
  ArnEquals: matchesWildcard,
  ArnLike: matchesWildcard,
};

function holds({ Condition = {} }: TrustStatement, { account, principal, externalId }: Assumption): boolean {
  const context: Record<string, string | undefined> = {
    "sts:ExternalId": externalId,
    "aws:PrincipalArn": principal,
    "aws:PrincipalAccount": account,
  };
  return Object.entries(Condition).every(([operator, keys]) =>
    Object.entries(keys).every(([key, patterns]) => {
      const [fits, value] = [OPERATORS[operator], context[key]];
      return fits !== undefined && value !== undefined && [patterns].flat().some((one) => fits(one, value));
    }),
  );
}
