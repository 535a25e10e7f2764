// State machines: made, or given the definition of this blueprint.
import { CreateStateMachineCommand, SFNClient, UpdateStateMachineCommand } from "@aws-sdk/client-sfn";
import type { Blueprint } from "#infra/blueprint.ts";
import type { AwsAccess } from "./access.ts";
import { ignoring } from "./ignoring.ts";

export async function deployMachines(plan: Blueprint, access: AwsAccess): Promise<void> {
  const sfn = new SFNClient(access);
  await Promise.all(plan.stateMachines.map((machine) => deployMachine(sfn, plan, machine)));
}

async function deployMachine(
  sfn: SFNClient,
  plan: Blueprint,
  machine: Blueprint["stateMachines"][number],
): Promise<void> {
  const definition = JSON.stringify(machine.definition);
  const roleArn = plan.names.roleArn(machine.short);
  const created = await ignoring(
    "StateMachineAlreadyExists",
    sfn.send(new CreateStateMachineCommand({ name: machine.name, definition, roleArn })),
  );
  if (created) return;
  const stateMachineArn = plan.names.stateMachineArn(machine.short);
  await sfn.send(new UpdateStateMachineCommand({ stateMachineArn, definition, roleArn }));
}
