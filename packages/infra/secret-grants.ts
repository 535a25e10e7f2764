// What it takes to see whether a secret that a manifest names is there. Reading it is the app's own right and none of Tutti's.
import type { Names } from "./names.ts";
import type { Statement } from "./statement.ts";

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
