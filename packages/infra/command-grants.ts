// Run Command, the one way to a machine that Systems Manager manages. It asks for the document and for each machine (Service
// Authorization Reference, AWS Systems Manager, SendCommand).
import type { Names } from "./names.ts";
import type { Statement } from "./statement.ts";

/** The one document that is ever sent. */
function document({ region }: Names): string {
  return `arn:aws:ssm:${region}::document/AWS-RunShellScript`;
}

export function commandingHosts(names: Names): Statement[] {
  const { account, region } = names;
  return [
    {
      actions: ["ssm:SendCommand"],
      resources: [
        document(names),
        `arn:aws:ec2:${region}:${account}:instance/*`,
        `arn:aws:ssm:${region}:${account}:managed-instance/*`,
      ],
      why: "An operator chooses a pool's hosts by tags of their own; ids say nothing of whose they are.",
    },
  ];
}

/** Instances that Tutti launched, by their tag. */
export function commandingInstances(names: Names): Statement[] {
  const { account, region } = names;
  return [
    { actions: ["ssm:SendCommand"], resources: [document(names)] },
    {
      actions: ["ssm:SendCommand"],
      resources: [`arn:aws:ec2:${region}:${account}:instance/*`],
      conditions: { StringLike: { "ssm:resourceTag/tutti:app": "*" } },
    },
  ];
}

export function watchingCommands(...actions: string[]): Statement {
  return {
    actions,
    resources: ["*"],
    why: "They know no resources (Service Authorization Reference, AWS Systems Manager).",
  };
}
