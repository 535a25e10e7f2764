// The public URL of the alias. Permissions come first and the URL last, so a URL that exists has them.
import {
  AddPermissionCommand,
  type AddPermissionCommandInput,
  CreateFunctionUrlConfigCommand,
  type LambdaClient,
} from "@aws-sdk/client-lambda";
import { isNamed, readUrl } from "./client.ts";
import { ALIAS } from "./naming.ts";

/** A public URL needs both (Lambda developer guide, Control access to function URLs: since October 2025). */
const PERMISSIONS: Pick<
  AddPermissionCommandInput,
  "StatementId" | "Action" | "FunctionUrlAuthType" | "InvokedViaFunctionUrl"
>[] = [
  { StatementId: "tutti-url", Action: "lambda:InvokeFunctionUrl", FunctionUrlAuthType: "NONE" },
  { StatementId: "tutti-url-invoke", Action: "lambda:InvokeFunction", InvokedViaFunctionUrl: true },
];

export async function ensureUrl(lambda: LambdaClient, name: string): Promise<string> {
  const found = await readUrl(lambda, name);
  if (found) return found;
  const qualified = { FunctionName: name, Qualifier: ALIAS };
  for (const permission of PERMISSIONS)
    await unlessThere(lambda.send(new AddPermissionCommand({ ...qualified, ...permission, Principal: "*" })));
  await unlessThere(lambda.send(new CreateFunctionUrlConfigCommand({ ...qualified, AuthType: "NONE" })));
  return (await readUrl(lambda, name))!;
}

async function unlessThere(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!isNamed(error, "ResourceConflictException")) throw error;
  }
}
