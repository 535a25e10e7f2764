// The log group that a function writes to. Lambda's own, one for each function, is made at its first line and kept for ever, so a
// group whose retention somebody chose is named instead: the environment's, or the installation's. In it each stream is named after
// its function (Lambda developer guide, "Configuring CloudWatch log groups").
import type { FunctionConfiguration } from "@aws-sdk/client-lambda";
import { roleFor } from "#core/domain/app-role.ts";
import type { TargetContext } from "#core/driver/driver.ts";
import { type FunctionDeps, nameOf } from "./client.ts";

/** The installation's is in its own account. */
export function logGroupOf(deps: FunctionDeps, target: TargetContext): string {
  const { functionLogGroup, accounts } = target.environment;
  if (functionLogGroup) return roleFor(target.app, functionLogGroup);
  const installations = accounts?.function ? undefined : deps.defaultLogGroup;
  return installations ?? lambdasOwn(nameOf(deps, target));
}

export function writesTo(live: FunctionConfiguration, group: string): boolean {
  return (live.LoggingConfig?.LogGroup ?? lambdasOwn(live.FunctionName ?? "")) === group;
}

function lambdasOwn(name: string): string {
  return `/aws/lambda/${name}`;
}
