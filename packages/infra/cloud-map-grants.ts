// What names in Cloud Map take. Namespaces are the environments'; services in them are Tutti's, and only what carries the tag of an app
// is ever changed.
import type { Names } from "./names.ts";
import type { Statement } from "./statement.ts";

const OURS = { StringLike: { "aws:ResourceTag/tutti:app": "*" } };

/** Where ECS keeps the names by itself. */
export function readingNamespaces({ account, region }: Names): Statement {
  return {
    actions: ["servicediscovery:GetNamespace"],
    resources: [`arn:aws:servicediscovery:${region}:${account}:namespace/*`],
    why: "An operator names the namespace in the environment, and `tutti doctor` looks whether it is there.",
  };
}

export function naming({ account, region }: Names): Statement[] {
  const call = (name: string) => `servicediscovery:${name}`;
  const arn = (resource: string) => `arn:aws:servicediscovery:${region}:${account}:${resource}`;
  return [
    {
      actions: ["ListServices", "ListInstances", "ListTagsForResource"].map(call),
      resources: ["*"],
      why: "They know no resources (Service Authorization Reference, AWS Cloud Map).",
    },
    {
      actions: ["GetNamespace", "CreateService"].map(call),
      resources: [arn("namespace/*")],
      why: "An operator names the namespace in the environment.",
    },
    {
      actions: [call("TagResource")],
      resources: [arn("service/*")],
      conditions: { StringLike: { "aws:RequestTag/tutti:app": "*" } },
      why: "A service has a random id; its tags are written while it is made.",
    },
    {
      actions: ["RegisterInstance", "DeregisterInstance", "DeleteService"].map(call),
      resources: [arn("service/*")],
      conditions: OURS,
    },
    {
      actions: ["route53:ChangeResourceRecordSets", "route53:GetHostedZone"],
      resources: ["arn:aws:route53:::hostedzone/*"],
      why: "Cloud Map writes the records of a private namespace with the rights of whoever registers; the zone is the namespace's, which an operator names.",
    },
    {
      actions: ["route53:ListHostedZonesByName"],
      resources: ["*"],
      why: "It knows no resources (Service Authorization Reference, Amazon Route 53).",
    },
  ];
}
