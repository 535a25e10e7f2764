// Executions in the sandbox's interpreter, as the engine is handed them.
import type { Executions } from "#engine/deps.ts";
import type { createStepFunctions } from "#sandbox/step-functions/service.ts";

export const REGION = "us-east-1";
export const ACCOUNT = "000000000000";
export const ROOT = "arn:aws:iam::000000000000:role/test";
export const ROLLOUT = `arn:aws:states:${REGION}:${ACCOUNT}:stateMachine:tutti-rollout`;
export const TRAINS = `arn:aws:states:${REGION}:${ACCOUNT}:stateMachine:tutti-trains`;
export const HEALING = `arn:aws:states:${REGION}:${ACCOUNT}:stateMachine:tutti-heal`;

export type Handlers = ReturnType<typeof createStepFunctions>["handlers"];

export function executionsOf<Input>(handlers: Handlers, stateMachineArn: string): Executions<Input> {
  return {
    start: async (name, input) => {
      const request = { stateMachineArn, name, input: JSON.stringify(input) };
      await handlers.StartExecution!(request, { principal: ROOT });
    },
    describe: (name) => describe(handlers, executionArn(name, stateMachineArn)),
  };
}

function machineOf(name: string): string {
  if (name.startsWith("heal_")) return HEALING;
  return name.startsWith("train_") ? TRAINS : ROLLOUT;
}

export function executionArn(name: string, machineArn = machineOf(name)): string {
  return `${machineArn.replace(":stateMachine:", ":execution:")}:${name}`;
}

export async function describe(
  handlers: Handlers,
  executionArn: string,
): Promise<"running" | "ended" | "missing"> {
  try {
    const answer = await handlers.DescribeExecution!({ executionArn }, { principal: ROOT });
    return (answer as { status: string }).status === "RUNNING" ? "running" : "ended";
  } catch (error) {
    if ((error as { code?: string }).code === "ExecutionDoesNotExist") return "missing";
    throw error;
  }
}
