// The Lambda functions of an installation: what each is given to know, and what it may do.
import { IMAGE_FUNCTION_MIB, TRAIN_FUNCTION_MIB } from "#core/rollout/limits.ts";
import { grantsOf } from "./grants.ts";
import { BUILT_KINDS, type Names } from "./names.ts";
import { attaching } from "./network-grants.ts";
import type { FunctionNetwork, OperatingSettings } from "./operating-settings.ts";
import { tracing, writingLogs } from "./running-grants.ts";
import type { Statement } from "./statement.ts";
import { goingElsewhere } from "./target-policy.ts";

export type FunctionBlueprint = {
  /** Short name; the function is `<installation>-<short>`, and so is its role. */
  short: string;
  handler: string;
  memoryMiB: number;
  timeoutSeconds: number;
  environment: Record<string, string>;
  statements: Statement[];
  /** Short name of the function that is told of an asynchronous call that failed for good. */
  onFailure?: string;
  /** At most so many run at once, kept for it out of the account's limit. Unset: whatever the account has. */
  reservedConcurrency?: number;
  /** Whether it begins traces itself. One that does not is traced where its caller was: the sweep calls once a minute for every target, and a trace of each would be the dearest thing of an idle month (docs/cost.md). */
  startsTraces: boolean;
  /** Has a public URL (the API checks tokens itself). */
  url: boolean;
  /** The network it is in; else Lambda's own, from which only what is public is reached. */
  network?: FunctionNetwork;
  /** Folder whose content lies in `web/` beside the bundle. */
  assets?: string;
};

/** What is said of each by itself; the rest is the same for all. */
type Own = Omit<FunctionBlueprint, "startsTraces" | "network">;

export function functionsOf(
  names: Names,
  operating: OperatingSettings,
  access: Record<string, string>,
): FunctionBlueprint[] {
  return [
    apiFunction(names, operating, access),
    ...driverFunctions(names),
    imageFunction(names),
    hooksFunction(names),
    trainFunction(names),
    ...eventFunctions(names),
  ].map((one) => {
    const network = callsOthers(one, access) ? operating.network : undefined;
    const elsewhere = goingElsewhere(names, one.short, operating.targetAccounts ?? []);
    return {
      ...one,
      startsTraces: one.url,
      ...(network ? { network } : {}),
      environment: { ...one.environment, ...elsewhere.environment },
      statements: [
        ...one.statements,
        ...elsewhere.statements,
        ...(network ? [attaching(names.functionArn(one.short))] : []),
        writingLogs(names, one.short),
        tracing(),
      ],
    };
  });
}

/** Whether it calls addresses that others name, which may be private ones: the rest calls AWS alone, and needs no way out of a network. */
function callsOthers({ short }: Own, access: Record<string, string>): boolean {
  if (short === "api") return access.TUTTI_OIDC_TRUSTED_ORIGINS !== undefined;
  return [HOOKS, NOTIFY, "driver-server"].includes(short);
}

function apiFunction(
  names: Names,
  { apiConcurrency, targetAccounts = [], network }: OperatingSettings,
  access: Record<string, string>,
): Own {
  return {
    short: "api",
    handler: "functions/api/handler.ts",
    memoryMiB: 512,
    timeoutSeconds: 30,
    ...(apiConcurrency === undefined ? {} : { reservedConcurrency: apiConcurrency }),
    environment: {
      ...environmentOf(names),
      ...access,
      TUTTI_IMAGE_PROJECT: names.imageProject,
      ...(targetAccounts.length > 0 ? { TUTTI_TARGET_ACCOUNTS: targetAccounts.join(",") } : {}),
      // For the doctor: the others are in it, whether it is itself or not.
      ...(network ? { TUTTI_SUBNET_IDS: network.subnetIds.join(",") } : {}),
      ...registryOf(names),
      TUTTI_EVENT_PREFIX: names.eventPrefix,
      TUTTI_HOOK_SECRET_PREFIX: names.hookSecretPrefix,
      ...schedulesOf(names),
    },
    statements: grantsOf.api(names),
    url: true,
    assets: "web/dist",
  };
}

function driverFunctions(names: Names): Own[] {
  return BUILT_KINDS.map((kind) => ({
    short: `driver-${kind}`,
    handler: `functions/drivers/${kind}.ts`,
    // The largest function artifact (50 MB), packed again and sent on, takes 370 MB at its peak.
    memoryMiB: kind === "function" ? 512 : 256,
    timeoutSeconds: 300,
    environment: environmentOf(names),
    statements: grantsOf[`driver-${kind}`]!(names),
    url: false,
  }));
}

/** Plays the workflow that makes images of virtual machines. */
function imageFunction(names: Names): Own {
  return {
    short: "image",
    handler: "functions/drivers/image.ts",
    memoryMiB: IMAGE_FUNCTION_MIB,
    timeoutSeconds: 30,
    environment: environmentOf(names),
    statements: grantsOf.image!(names),
    url: false,
  };
}

/** Calls what manifests name: the only one of Tutti's functions that reaches out to it, and it may do little else. */
function hooksFunction(names: Names): Own {
  return {
    short: HOOKS,
    handler: "functions/drivers/hooks.ts",
    memoryMiB: 256,
    timeoutSeconds: 330,
    environment: {
      ...environmentOf(names),
      TUTTI_HOOK_SECRET_PREFIX: names.hookSecretPrefix,
      TUTTI_HOOK_FUNCTION_PREFIX: names.hookFunctionPrefix,
    },
    statements: grantsOf.hooks!(names),
    url: false,
  };
}

const HOOKS = "hooks";

/** Drives trains: it starts deployments and looks at them, and calls no driver. */
function trainFunction(names: Names): Own {
  return {
    short: TRAIN,
    handler: "functions/drivers/train.ts",
    memoryMiB: TRAIN_FUNCTION_MIB,
    timeoutSeconds: 60,
    environment: environmentOf(names),
    statements: grantsOf.train!(names),
    url: false,
  };
}

const TRAIN = "train";

function eventFunctions(names: Names): Own[] {
  return [
    { short: "events-artifact", handler: "functions/events/artifact.ts", memoryMiB: 256, timeoutSeconds: 60 },
    { short: "events-image", handler: "functions/events/image.ts", memoryMiB: 256, timeoutSeconds: 30 },
    { short: "events-deploy", handler: "functions/events/deploy.ts", memoryMiB: 256, timeoutSeconds: 30 },
    { short: SCHEDULE, handler: "functions/events/schedule.ts", memoryMiB: 256, timeoutSeconds: 30 },
    { short: NOTIFY, handler: "functions/events/notify.ts", memoryMiB: 256, timeoutSeconds: 120 },
    { short: DEAD_LETTER, handler: "functions/events/dead-letter.ts", memoryMiB: 128, timeoutSeconds: 30 },
    { short: "events-sweep", handler: "functions/events/sweep.ts", memoryMiB: 256, timeoutSeconds: 300 },
  ].map((one) => ({
    ...one,
    environment: {
      ...environmentOf(names),
      ...(one.short === "events-image" ? registryOf(names) : {}),
      ...(one.short === "events-sweep"
        ? { ...schedulesOf(names), TUTTI_EVENT_PREFIX: names.eventPrefix }
        : {}),
      ...(one.short === NOTIFY ? { TUTTI_NOTIFICATION_SECRET_PREFIX: names.notificationSecretPrefix } : {}),
    },
    statements: grantsOf[one.short]!(names),
    ...(names.triggerArns.includes(names.functionArn(one.short)) ? { onFailure: DEAD_LETTER } : {}),
    url: false,
  }));
}

const DEAD_LETTER = "events-dead-letter";
export const SCHEDULE = "events-schedule";
/** Calls receivers of notices; like the one that calls hooks it may do little else. */
const NOTIFY = "events-notify";

function environmentOf(names: Names): Record<string, string> {
  return {
    TUTTI_TABLE: names.table,
    TUTTI_BUCKET: names.bucket,
    TUTTI_BUS: names.bus,
    TUTTI_ROLLOUT_ARN: names.rolloutArn,
    TUTTI_TRAIN_ARN: names.trainArn,
    TUTTI_HEAL_ARN: names.healArn,
    TUTTI_DRIVER_PREFIX: names.driverPrefix,
    TUTTI_APP_FUNCTION_PREFIX: names.appFunctionPrefix,
    TUTTI_APP_FUNCTION_ROLE_ARN: names.roleArn("app-function"),
    TUTTI_APP_FUNCTION_LOG_GROUP: names.appLogGroup,
    TUTTI_VM_PREFIX: names.vmPrefix,
    TUTTI_IDENTITY_SECRET_PREFIX: names.identitySecretPrefix,
    TUTTI_AUTHORITY_SECRET_PREFIX: names.authoritySecretPrefix,
    TUTTI_IMAGE_ARN: names.imageMachineArn,
  };
}

function schedulesOf(names: Names): Record<string, string> {
  return {
    TUTTI_SCHEDULE_PREFIX: names.schedulePrefix,
    TUTTI_SCHEDULE_ROLE_ARN: names.roleArn("app-schedule"),
    TUTTI_SCHEDULE_FUNCTION_ARN: names.functionArn(SCHEDULE),
  };
}

function registryOf(names: Names): Record<string, string> {
  return {
    TUTTI_REGISTRY: names.registry,
    TUTTI_IMAGE_REPOSITORY_PREFIX: names.imageRepositoryPrefix,
  };
}
