// From a release to a published version: create or update the function, then its settings, then publish with the
// release's label. Lambda takes one change at a time, so each turn does one thing and says what comes next.
import {
  CreateFunctionCommand,
  type FunctionConfiguration,
  GetFunctionConfigurationCommand,
  type GetFunctionResponse,
  PublishVersionCommand,
  type Runtime,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import { roleFor } from "#core/domain/app-role.ts";
import type { Release } from "#core/domain/release.ts";
import type { TargetContext } from "#core/driver/driver.ts";
import { Refusal } from "./archive-rules.ts";
import { loadPackage } from "./artifact.ts";
import { type FunctionDeps, isNamed, nameOf, readFunction } from "./client.ts";
import { logGroupOf, writesTo } from "./log-group.ts";
import { isOurs, labelOf, tagsOf } from "./naming.ts";
import { handlerOf } from "./secrets.ts";
import { type ShiftState, watching } from "./shift-state.ts";
import { hasStorage, storageOf, volumeVariables, withoutRest } from "./storage.ts";

/** Either what comes next, or that Lambda is still busy. */
export type Turn = { next: ShiftState } | { wait: string };

export async function upload(deps: FunctionDeps, target: TargetContext, release: Release): Promise<Turn> {
  const name = nameOf(deps, target);
  const found = await readFunction(deps.lambda, name);
  if (found) refuseForeign(found, target, name);
  if (found?.Configuration && isBusy(found.Configuration))
    return { wait: "Lambda is busy with an earlier change" };
  const { zip, codeSha256 } = await loadPackage(deps.s3, release, target.spec);
  try {
    if (!found) await create(deps, target, release, zip);
    else if (found.Configuration?.CodeSha256 !== codeSha256)
      await deps.lambda.send(new UpdateFunctionCodeCommand({ FunctionName: name, ZipFile: zip }));
  } catch (error) {
    if (isNamed(error, "ResourceConflictException")) return { wait: "Lambda is busy with another change" };
    throw refused(error) ?? error;
  }
  return { next: { phase: "publish", codeSha256 } };
}

export async function publish(
  deps: FunctionDeps,
  target: TargetContext,
  release: Release,
  { codeSha256, freshAfter }: { codeSha256: string; freshAfter?: string | undefined },
): Promise<Turn> {
  const name = nameOf(deps, target);
  const live = await deps.lambda.send(new GetFunctionConfigurationCommand({ FunctionName: name }));
  if (isBusy(live)) return { wait: "Lambda takes the code in" };
  const broken =
    live.State === "Failed"
      ? live.StateReason
      : live.LastUpdateStatus === "Failed" && live.LastUpdateStatusReason;
  if (broken) throw new Refusal(`Lambda could not take the release in: ${broken}`);
  // Somebody else's code came in between: ours goes first again.
  if (live.CodeSha256 !== codeSha256) return { next: { phase: "upload" } };
  try {
    const settings = await settingsOf(deps, target, release, freshAfter);
    if (!hasSettings(live, settings)) return await configure(deps, target, live, settings);
    const published = await deps.lambda.send(
      new PublishVersionCommand({
        FunctionName: name,
        Description: labelOf(release),
        CodeSha256: codeSha256,
        RevisionId: live.RevisionId,
      }),
    );
    return { next: watching(published.Version!) };
  } catch (error) {
    if (isNamed(error, "ResourceConflictException", "PreconditionFailedException"))
      return { wait: "Lambda is busy with another change" };
    throw refused(error) ?? error;
  }
}

type Settings = Awaited<ReturnType<typeof settingsOf>>;

async function configure(
  deps: FunctionDeps,
  target: TargetContext,
  live: FunctionConfiguration,
  { plain, LoggingConfig, storage }: Settings,
): Promise<Turn> {
  await deps.lambda.send(
    new UpdateFunctionConfigurationCommand({
      FunctionName: nameOf(deps, target),
      ...plain,
      LoggingConfig,
      ...withoutRest(live, storage),
    }),
  );
  return { wait: "Lambda takes the settings in" };
}

async function create(
  deps: FunctionDeps,
  target: TargetContext,
  release: Release,
  zip: Uint8Array,
): Promise<void> {
  const { plain, LoggingConfig, storage } = await settingsOf(deps, target, release);
  await deps.lambda.send(
    new CreateFunctionCommand({
      FunctionName: nameOf(deps, target),
      Code: { ZipFile: zip },
      Tags: tagsOf(target.app, target.environment.name),
      ...plain,
      LoggingConfig,
      ...storage,
    }),
  );
}

/** `freshAfter`: Lambda publishes only what has changed, so what is published once more for its fresh environments names the version before. */
async function settingsOf(deps: FunctionDeps, target: TargetContext, release: Release, freshAfter?: string) {
  const { spec, environment } = target;
  const role = environment.functionRoleArn ?? deps.defaultRoleArn;
  if (!role)
    throw new Refusal(
      `The environment ${environment.name} names no functionRoleArn for functions to run as.`,
    );
  const { handler, variables } = handlerOf(spec);
  const plain = {
    Role: roleFor(target.app, role),
    Handler: handler,
    Runtime: spec.function.runtime as Runtime,
    MemorySize: spec.function.memoryMiB,
    Timeout: spec.function.timeoutSeconds,
    Environment: {
      Variables: {
        ...spec.config,
        ...variables,
        ...volumeVariables(spec),
        TUTTI_APP: target.app,
        TUTTI_ENVIRONMENT: environment.name,
        TUTTI_VERSION: release.version,
        ...(freshAfter === undefined ? {} : { TUTTI_FRESH_AFTER: freshAfter }),
      },
    },
  };
  const LoggingConfig = { LogGroup: logGroupOf(deps, target) };
  return { plain, LoggingConfig, storage: await storageOf(deps, target) };
}

function hasSettings(live: FunctionConfiguration, wanted: Settings): boolean {
  const { Environment, ...plain } = wanted.plain;
  const same = Object.entries(plain).every(
    ([key, value]) => live[key as keyof FunctionConfiguration] === value,
  );
  return (
    same &&
    sameEntries(live.Environment?.Variables ?? {}, Environment.Variables) &&
    writesTo(live, wanted.LoggingConfig.LogGroup) &&
    hasStorage(live, wanted.storage)
  );
}

function sameEntries(a: Record<string, string>, b: Record<string, string>): boolean {
  return (
    Object.keys(a).length === Object.keys(b).length &&
    Object.entries(b).every(([key, value]) => a[key] === value)
  );
}

function isBusy(one: FunctionConfiguration): boolean {
  return one.State === "Pending" || one.LastUpdateStatus === "InProgress";
}

/** A function of that name which Tutti did not make is nobody's to overwrite. */
function refuseForeign(found: GetFunctionResponse, { app, environment }: TargetContext, name: string): void {
  if (isOurs(found.Tags, app, environment.name)) return;
  throw new Refusal(
    `A function ${name} exists that does not carry the tags of ${app}/${environment.name}; it is left alone.`,
  );
}

/** What Lambda says about the release itself (no such runtime, too large) is the deployment's reason. */
function refused(error: unknown): Refusal | null {
  if (
    !isNamed(
      error,
      "InvalidParameterValueException",
      "RequestTooLargeException",
      "RequestEntityTooLargeException",
      "CodeStorageExceededException",
    )
  )
    return null;
  return new Refusal(`Lambda refused the release: ${(error as Error).message}`, { cause: error });
}
