// The Lambda calls that only look: what there is of one function, in the driver's own words. A thing that is not
// there is `null`, never an error.
import type { ApplicationAutoScalingClient } from "@aws-sdk/client-application-auto-scaling";
import type { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import type { EFSClient } from "@aws-sdk/client-efs";
import {
  type FunctionConfiguration,
  GetAliasCommand,
  GetFunctionCommand,
  type GetFunctionCommandOutput,
  GetFunctionUrlConfigCommand,
  type LambdaClient,
  ListVersionsByFunctionCommand,
} from "@aws-sdk/client-lambda";
import type { S3Client } from "@aws-sdk/client-s3";
import type { TargetContext } from "#core/driver/driver.ts";
import { ALIAS, functionNameOf, type Label, readLabel, readSince } from "./naming.ts";

export type FunctionDeps = {
  lambda: LambdaClient;
  s3: S3Client;
  /** Made when a volume is to be mounted. */
  efs: () => Promise<EFSClient>;
  scaling: ApplicationAutoScalingClient;
  /** Made when answers are to be counted. */
  cloudWatch: () => Promise<CloudWatchClient>;
  /** Users' functions are `<namePrefix><app>_<environment>`. */
  namePrefix: string;
  /** The role of users' functions where the environment names none. */
  defaultRoleArn?: string;
  /** Where users' functions write to where the environment names no group. */
  defaultLogGroup?: string;
};

/** A published version. `number` is Lambda's; `label` says which release it is, `null` where somebody else published it. */
export type Published = {
  number: string;
  label: Label | null;
  state: string;
  stateReason: string;
  /** What it mounts. */
  mounts?: FunctionConfiguration["FileSystemConfigs"];
};

/** `percents` by Lambda version number; together they make 100. `since`: when Tutti last moved it; absent where it never wrote that down. */
export type Alias = { percents: Map<string, number>; revisionId: string | undefined; since?: string };

export type Live = { name: string; versions: Published[]; alias: Alias | null; url: string | null };

export function nameOf(deps: FunctionDeps, target: TargetContext): string {
  return functionNameOf(deps.namePrefix, target.app, target.environment.name);
}

/** All that is live of the target; `null` where the function does not exist. */
export async function readLive(deps: FunctionDeps, name: string): Promise<Live | null> {
  const [versions, alias, url] = await Promise.all([
    orNull(listVersions(deps.lambda, name)),
    readAlias(deps.lambda, name),
    readUrl(deps.lambda, name),
  ]);
  return versions && { name, versions, alias, url };
}

export async function readAlias(lambda: LambdaClient, name: string): Promise<Alias | null> {
  const found = await orNull(lambda.send(new GetAliasCommand({ FunctionName: name, Name: ALIAS })));
  if (!found) return null;
  const percents = new Map<string, number>();
  let rest = 100;
  for (const [number, weight] of Object.entries(found.RoutingConfig?.AdditionalVersionWeights ?? {})) {
    // Weights are fractions of one with rounding noise; two decimals of a percent are Lambda's own grain.
    const percent = Math.round(weight * 10_000) / 100;
    if (percent > 0) percents.set(number, percent);
    rest -= percent;
  }
  if (rest > 0) percents.set(found.FunctionVersion!, rest);
  const since = readSince(found.Description);
  return { percents, revisionId: found.RevisionId, ...(since === null ? {} : { since }) };
}

/** Without the slash at its end. */
export async function readUrl(lambda: LambdaClient, name: string): Promise<string | null> {
  const command = new GetFunctionUrlConfigCommand({ FunctionName: name, Qualifier: ALIAS });
  const found = await orNull(lambda.send(command));
  return found?.FunctionUrl?.replace(/\/$/, "") ?? null;
}

export function readFunction(lambda: LambdaClient, name: string): Promise<GetFunctionCommandOutput | null> {
  return orNull(lambda.send(new GetFunctionCommand({ FunctionName: name })));
}

async function listVersions(lambda: LambdaClient, name: string): Promise<Published[]> {
  const found: Published[] = [];
  let marker: string | undefined;
  do {
    const page = await lambda.send(
      new ListVersionsByFunctionCommand({ FunctionName: name, Marker: marker, MaxItems: 50 }),
    );
    found.push(...(page.Versions ?? []).filter((one) => one.Version !== "$LATEST").map(published));
    marker = page.NextMarker;
  } while (marker);
  return found.sort((a, b) => Number(b.number) - Number(a.number));
}

function published(one: FunctionConfiguration): Published {
  return {
    number: one.Version!,
    label: readLabel(one.Description),
    // Lists may leave the state out; a version whose state is unknown is asked by its health path all the same.
    state: one.State ?? "Active",
    stateReason: one.StateReason ?? "",
    ...(one.FileSystemConfigs?.length ? { mounts: one.FileSystemConfigs } : {}),
  };
}

export async function orNull<T>(call: Promise<T>): Promise<T | null> {
  try {
    return await call;
  } catch (error) {
    if (isNamed(error, "ResourceNotFoundException")) return null;
    throw error;
  }
}

export function isNamed(error: unknown, ...names: string[]): boolean {
  return error instanceof Error && names.includes(error.name);
}
