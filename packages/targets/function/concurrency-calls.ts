// The calls about a function's concurrency: what is reserved for it, and what is kept initialised of its versions. What is not
// there is `null` or an empty list.
import {
  DeleteFunctionConcurrencyCommand,
  DeleteProvisionedConcurrencyConfigCommand,
  GetFunctionConcurrencyCommand,
  type LambdaClient,
  ListProvisionedConcurrencyConfigsCommand,
  PutFunctionConcurrencyCommand,
  PutProvisionedConcurrencyConfigCommand,
} from "@aws-sdk/client-lambda";
import { isNamed, orNull } from "./client.ts";

/** `number` is Lambda's own of the version. */
export type Provisioned = {
  number: string;
  requested: number;
  available: number;
  status: "READY" | "IN_PROGRESS" | "FAILED";
  reason: string;
};

/** Of versions; an alias that somebody gave some is theirs. */
export async function listProvisioned(lambda: LambdaClient, name: string): Promise<Provisioned[]> {
  const found: Provisioned[] = [];
  let Marker: string | undefined;
  do {
    const command = new ListProvisionedConcurrencyConfigsCommand({
      FunctionName: name,
      Marker,
      MaxItems: 50,
    });
    const page = await lambda.send(command).catch(nothingThere);
    for (const one of page?.ProvisionedConcurrencyConfigs ?? []) {
      const number = one.FunctionArn?.split(":").at(-1) ?? "";
      if (!/^\d+$/.test(number)) continue;
      found.push({
        number,
        requested: one.RequestedProvisionedConcurrentExecutions ?? 0,
        available: one.AvailableProvisionedConcurrentExecutions ?? 0,
        status: one.Status ?? "IN_PROGRESS",
        reason: one.StatusReason ?? "",
      });
    }
    Marker = page?.NextMarker;
  } while (Marker);
  return found;
}

export async function putProvisioned(
  lambda: LambdaClient,
  name: string,
  number: string,
  count: number,
): Promise<void> {
  const of = { FunctionName: name, Qualifier: number, ProvisionedConcurrentExecutions: count };
  await lambda.send(new PutProvisionedConcurrencyConfigCommand(of));
}

export async function deleteProvisioned(lambda: LambdaClient, name: string, number: string): Promise<void> {
  try {
    const of = { FunctionName: name, Qualifier: number };
    await lambda.send(new DeleteProvisionedConcurrencyConfigCommand(of));
  } catch (error) {
    nothingThere(error);
  }
}

function nothingThere(error: unknown): undefined {
  const gone = ["ProvisionedConcurrencyConfigNotFoundException", "ResourceNotFoundException"];
  if (!isNamed(error, ...gone)) throw error;
}

export async function readReserved(lambda: LambdaClient, name: string): Promise<number | null> {
  const found = await orNull(lambda.send(new GetFunctionConcurrencyCommand({ FunctionName: name })));
  return found?.ReservedConcurrentExecutions ?? null;
}

/** `null`: as much as the account has. */
export async function putReserved(lambda: LambdaClient, name: string, count: number | null): Promise<void> {
  if (count === null) await lambda.send(new DeleteFunctionConcurrencyCommand({ FunctionName: name }));
  else
    await lambda.send(
      new PutFunctionConcurrencyCommand({ FunctionName: name, ReservedConcurrentExecutions: count }),
    );
}
