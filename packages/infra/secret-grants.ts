// What it takes to see whether a secret that a manifest names is there. Reading it is the app's own right and none of Tutti's.
import type { Names } from "./names.ts";
import type { Statement } from "./statement.ts";

/** Making keys for apps and certifying them. An identity, once written, is its app's to read and none of Tutti's. */
export function issuingIdentities(names: Names): Statement[] {
  const { authoritySecretsArn } = names;
  const reading = { actions: ["secretsmanager:GetSecretValue"], resources: [authoritySecretsArn] };
  return [...makingIdentities(names), reading];
}

/** For whom reads secrets by any name already: what certifies is then read by that. */
export function makingIdentities({ identitySecretsArn, authoritySecretsArn }: Names): Statement[] {
  return [
    {
      actions: [
        "secretsmanager:CreateSecret",
        "secretsmanager:PutSecretValue",
        "secretsmanager:DeleteSecret",
      ],
      resources: [identitySecretsArn],
    },
    { actions: ["secretsmanager:CreateSecret"], resources: [authoritySecretsArn] },
  ];
}

export function findingSecrets({ account, region }: Names): Statement[] {
  return [
    {
      actions: ["secretsmanager:DescribeSecret"],
      resources: [`arn:aws:secretsmanager:${region}:${account}:secret:*`],
      why: "Manifests name secrets as their owners called them; asked is whether one is there, never what it holds.",
    },
    {
      actions: ["ssm:DescribeParameters"],
      resources: ["*"],
      why: "It knows no resources (Service Authorization Reference, AWS Systems Manager), and tells no values.",
    },
  ];
}
