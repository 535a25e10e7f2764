// State machines, raw: SST's own builder cannot write loops, and a release protocol is one.
import type { Blueprint } from "../blueprint.ts";
import { logicalName } from "./logical-name.ts";
import type { BuiltRoles } from "./roles.ts";

export function buildStateMachines(plan: Blueprint, roles: BuiltRoles): void {
  for (const machine of plan.stateMachines) {
    const { arn, ready } = roles.get(machine.short)!;
    new aws.sfn.StateMachine(
      logicalName(machine.short),
      {
        name: machine.name,
        type: "STANDARD",
        roleArn: arn,
        definition: JSON.stringify(machine.definition),
        tracingConfiguration: { enabled: true },
      },
      { dependsOn: ready },
    );
  }
}
