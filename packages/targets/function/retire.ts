// Takes the function away: the URL first, so that nothing new comes in, then the function with all of its versions
// and its alias (DeleteFunction without a qualifier takes them along: Lambda API reference, DeleteFunction).
import { DeleteFunctionCommand, DeleteFunctionUrlConfigCommand } from "@aws-sdk/client-lambda";
import type { TargetContext } from "#core/driver/driver.ts";
import { type FunctionDeps, nameOf, orNull, readFunction } from "./client.ts";
import { stopAll } from "./concurrency.ts";
import { ALIAS, isOurs } from "./naming.ts";

/** A function that does not carry the target's tags is left alone. */
export async function retire({ lambda, ...deps }: FunctionDeps, target: TargetContext): Promise<void> {
  const name = nameOf({ lambda, ...deps }, target);
  const found = await readFunction(lambda, name);
  if (!found || !isOurs(found.Tags, target.app, target.environment.name)) return;
  await stopAll({ lambda, ...deps }, name);
  await orNull(lambda.send(new DeleteFunctionUrlConfigCommand({ FunctionName: name, Qualifier: ALIAS })));
  await orNull(lambda.send(new DeleteFunctionCommand({ FunctionName: name })));
}
