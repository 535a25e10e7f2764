// Every name and ARN of an installation, computed from its name, account and region: nothing is looked up, so the
// blueprint is plain data that a test can compare.
import { TRIGGER_EVENTS } from "#core/domain/dead-letter.ts";
import { KINDS, type Kind } from "#core/domain/kind.ts";

export type Installation = { name: string; account: string; region: string };

export type Names = ReturnType<typeof namesOf>;

/** Kinds with a driver function. */
export const BUILT_KINDS: readonly Kind[] = KINDS;

export function namesOf({ name, account, region }: Installation) {
  const arn = (service: string, resource: string) => `arn:aws:${service}:${region}:${account}:${resource}`;
  const functionArn = (short: string) => arn("lambda", `function:${name}-${short}`);
  const stateMachineArn = (short: string) => arn("states", `stateMachine:${name}-${short}`);
  return {
    account,
    region,
    table: name,
    tableArn: arn("dynamodb", `table/${name}`),
    // Bucket names are global, so the account and region are part of it.
    bucket: `${name}-artifacts-${account}-${region}`,
    bucketArn: `arn:aws:s3:::${name}-artifacts-${account}-${region}`,
    /** The event bus that notices go to. */
    bus: name,
    busArn: arn("events", `event-bus/${name}`),
    functionName: (short: string) => `${name}-${short}`,
    functionArn,
    eventPrefix: `${name}-events-`,
    /** The functions behind triggers, and the one that tells receivers: their failures are kept. */
    triggerArns: TRIGGER_EVENTS.map((event) => functionArn(`events-${event}`)),
    driverPrefix: `${name}-driver-`,
    driverArns: BUILT_KINDS.map((kind) => functionArn(`driver-${kind}`)),
    stateMachineName: (short: string) => `${name}-${short}`,
    stateMachineArn,
    rolloutArn: stateMachineArn("rollout"),
    rolloutExecutionsArn: arn("states", `execution:${name}-rollout:*`),
    trainArn: stateMachineArn("trains"),
    healArn: stateMachineArn("heal"),
    trainExecutionsArn: arn("states", `execution:${name}-trains:*`),
    healExecutionsArn: arn("states", `execution:${name}-heal:*`),
    alarmName: (short: string) => `${name}-${short}`,
    /** Of the metrics that are counted out of logs. */
    metricNamespace: `Tutti/${name}`,
    ruleArn: (ruleName: string, bus?: string) => arn("events", `rule/${bus ? `${bus}/` : ""}${ruleName}`),
    roleName: (short: string) => `${name}-${short}`,
    roleArn: (short: string) => `arn:aws:iam::${account}:role/${name}-${short}`,
    /** Users' functions are `<name>-app-…`: the only ones that the function driver may touch, and never Tutti's own. */
    appFunctionPrefix: `${name}-app-`,
    appFunctionsArn: functionArn("app-*"),
    /** Where they write to: no function has this name, since theirs have an underscore. */
    appLogGroup: `/aws/lambda/${name}-app-functions`,
    /** Functions that a manifest's hooks may name are `<name>-hook-…`. */
    hookFunctionPrefix: `${name}-hook-`,
    hookFunctionsArn: functionArn("hook-*"),
    /** Groups, launch templates and images of virtual machines are `<name>-vm-…`. */
    vmPrefix: `${name}-vm-`,
    imageMachineArn: stateMachineArn("bake"),
    imageExecutionsArn: arn("states", `execution:${name}-bake:*`),
    imageProject: `${name}-image`,
    imageProjectArn: arn("codebuild", `project/${name}-image`),
    /** The role that is assumed in an account that targets of the kind live in. */
    targetRoleName: (kind: Kind) => `${name}-targets-${kind}`,
    targetRoleArn: (kind: Kind, id: string) => `arn:aws:iam::${id}:role/${name}-targets-${kind}`,
    /** Where images are pushed to and looked up. */
    registry: `${account}.dkr.ecr.${region}.amazonaws.com`,
    /** The repository of an app's images is `<name>/<app>`. */
    imageRepositoryPrefix: `${name}/`,
    imageRepositoriesArn: arn("ecr", `repository/${name}/*`),
    /** The secret of an app's CI hook is `<name>/hooks/<app>`; its ARN ends with six random characters. */
    hookSecretPrefix: `${name}/hooks/`,
    hookSecretsArn: arn("secretsmanager", `secret:${name}/hooks/*`),
    /** What receivers of notices are signed for with, or found by, is in secrets `<name>/notifications/<secret>`. */
    notificationSecretPrefix: `${name}/notifications/`,
    notificationSecretsArn: arn("secretsmanager", `secret:${name}/notifications/*`),
    /** What an app proves with who it is, is in the secret `<name>/identity/<app>/<environment>`; what certifies it, in `<name>/authority/<environment>`. */
    identitySecretPrefix: `${name}/identity/`,
    identitySecretsArn: arn("secretsmanager", `secret:${name}/identity/*`),
    authoritySecretPrefix: `${name}/authority/`,
    authoritySecretsArn: arn("secretsmanager", `secret:${name}/authority/*`),
    /** What manifests schedule is `<name>-cron-…`; none of the blueprint's own schedules is. */
    schedulePrefix: `${name}-cron-`,
    schedulesArn: arn("scheduler", `schedule/default/${name}-cron-*`),
    anyRepositoryArn: arn("ecr", "repository/*"),
  };
}
