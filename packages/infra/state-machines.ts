// The blueprint's state machines, each with what its role may do.
import { healDefinition } from "#workflows/heal.ts";
import { imageDefinition } from "#workflows/image.ts";
import { rolloutDefinition } from "#workflows/rollout.ts";
import { trainDefinition } from "#workflows/train.ts";
import type { Names } from "./names.ts";
import { workflowTracing } from "./running-grants.ts";
import type { Statement } from "./statement.ts";

export type StateMachineBlueprint = {
  name: string;
  short: string;
  definition: Record<string, unknown>;
  statements: Statement[];
};

export function imageMachine(names: Names): StateMachineBlueprint {
  const functionArn = names.functionArn("image");
  return {
    name: names.stateMachineName("bake"),
    short: "bake",
    definition: imageDefinition({ functionArn }) as unknown as Record<string, unknown>,
    statements: [{ actions: ["lambda:InvokeFunction"], resources: [functionArn] }, workflowTracing()],
  };
}

export function rolloutMachine(names: Names): StateMachineBlueprint {
  return {
    name: names.stateMachineName("rollout"),
    short: "rollout",
    definition: rolloutDefinition({
      driverArnPrefix: names.functionArn("driver-"),
      hooksArn: names.functionArn("hooks"),
      rolloutArn: names.rolloutArn,
    }) as unknown as Record<string, unknown>,
    statements: [
      { actions: ["lambda:InvokeFunction"], resources: [...names.driverArns, names.functionArn("hooks")] },
      { actions: ["states:StartExecution"], resources: [names.rolloutArn] },
      workflowTracing(),
    ],
  };
}

export function healMachine(names: Names): StateMachineBlueprint {
  return {
    name: names.stateMachineName("heal"),
    short: "heal",
    definition: healDefinition({ driverArnPrefix: names.functionArn("driver-") }) as unknown as Record<
      string,
      unknown
    >,
    statements: [{ actions: ["lambda:InvokeFunction"], resources: names.driverArns }, workflowTracing()],
  };
}

export function trainMachine(names: Names): StateMachineBlueprint {
  const functionArn = names.functionArn("train");
  const { trainArn } = names;
  return {
    name: names.stateMachineName("trains"),
    short: "trains",
    definition: trainDefinition({ functionArn, trainArn }) as unknown as Record<string, unknown>,
    statements: [
      { actions: ["lambda:InvokeFunction"], resources: [functionArn] },
      { actions: ["states:StartExecution"], resources: [trainArn] },
      workflowTracing(),
    ],
  };
}
