// Platform settings as operators write them: what targets stand on and do not own.
import * as z from "zod";
import type { Environment } from "#core/domain/environment.ts";
import { DAYS } from "#core/freeze/freeze.ts";
import { isTimeZone } from "#core/schedule/wall-clock.ts";
import { allowance, allowanceProblem } from "#outgoing/allowance.ts";
import { objectionTo } from "#outgoing/send.ts";
import { ENVIRONMENT, ENVIRONMENT_SETTINGS } from "../examples/places.ts";
import { approvals } from "./approvals.ts";
import { environmentName, instantText } from "./names.ts";
import { receivers } from "./receiver.ts";

const userName = z
  .string()
  .regex(/^[a-z_][a-z0-9_-]{0,31}$/, "must be the name of a Unix user: a-z, 0-9, _ and -");

const directory = z
  .string()
  .regex(
    /^\/?[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)*$/,
    "must be a path of letters, digits and ._- between slashes",
  )
  .refine((path) => !path.split("/").includes(".."), "must not contain ..");

const own = { user: userName.default("tutti"), directory: directory.default("/opt/tutti") };

const capacity = z
  .strictObject({
    cpu: z.number().min(0.125).max(1024).multipleOf(0.001),
    memoryMiB: z.int().min(1).max(33_554_432),
    diskGiB: z.int().min(0).max(1_048_576),
  })
  .meta({ description: "What apps may use of a host; else as much as the host says it has" });

const label = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, "must be 1 to 63 of letters, digits and ._-");

/** What placing copies goes by. */
const placing = {
  capacity: capacity.optional(),
  hosts: z
    .record(
      z.string().min(1).max(253),
      z.strictObject({
        capacity: capacity.optional(),
        zone: label.optional(),
        labels: z.record(label, label).optional(),
      }),
    )
    .optional()
    .meta({ description: "By the host's name: its zone, its labels, a capacity of its own" }),
};

const ssmPool = z.strictObject({
  ssm: z.strictObject({
    tags: z
      .record(z.string().min(1).max(128), z.string().max(256))
      .refine((tags) => Object.keys(tags).length > 0, "must name at least one tag"),
  }),
  ...own,
  ...placing,
});

const sshHost = z
  .strictObject({
    name: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, "must be 1 to 63 of letters, digits and ._-")
      .optional(),
    address: z.string().regex(/^[A-Za-z0-9.:-]{1,253}$/, "must be a host name or an address"),
    port: z.int().min(1).max(65_535).default(22),
    user: userName,
    hostKey: z
      .string()
      .regex(/^(ssh-ed25519|ecdsa-sha2-nistp(256|384|521)|ssh-rsa) [A-Za-z0-9+/]+=*( .*)?$/, {
        message: "must be the host's public key, as in `ssh-ed25519 AAAA…`",
      }),
  })
  .transform((host) => ({ ...host, name: host.name ?? host.address }));

const sshPool = z.strictObject({
  ssh: z.strictObject({ hosts: z.array(sshHost).min(1).max(1000), keySecret: z.string().min(1).max(512) }),
  ...own,
  ...placing,
});

const loadBalancer = z.strictObject({
  arn: z.string().regex(/^arn:[^\s]{1,1000}$/, "must be an ARN"),
  ports: z
    .strictObject({ from: z.int().min(1024).max(65_535), to: z.int().min(1024).max(65_535) })
    .refine((ports) => ports.from <= ports.to, "from must not be above to"),
  vpcId: z.string().min(1).max(64),
});

const resourceId = (kind: string) =>
  z
    .string()
    .regex(new RegExp(`^${kind}-[A-Za-z0-9-]{1,40}$`), `must be an id such as ${kind}-0123456789abcdef0`);

const network = z
  .strictObject({
    subnetIds: z.array(resourceId("subnet")).min(1).max(16),
    securityGroupIds: z.array(resourceId("sg")).max(5).default([]),
    assignPublicIp: z.boolean().optional().meta({
      description: "Tasks on Fargate in public subnets need it to pull their image. Default false",
    }),
  })
  .meta({ description: "Where instances and tasks are placed" });

const discovery = z
  .strictObject({
    namespaceArn: z
      .string()
      .regex(
        /^arn:[^:]*:servicediscovery:[^:]*:\d{12}:namespace\/ns-[a-z0-9]+$/,
        "must be the ARN of a Cloud Map namespace",
      ),
  })
  .meta({
    description: "The Cloud Map namespace in which copies on servers, instances and tasks have a name",
  });

const vm = z
  .strictObject({
    baseImageId: resourceId("ami"),
    instanceType: z
      .string()
      .regex(/^[a-z0-9-]{2,20}\.[a-z0-9-]{2,20}$/, "must be an instance type such as t4g.small")
      .default("t4g.small"),
    instanceProfileArn: z
      .string()
      .regex(/^arn:[^:]*:iam::\d{12}:instance-profile\/\S+$/, "must be the ARN of an instance profile")
      .optional(),
    ...own,
  })
  .meta({ description: "What virtual machines begin from" });

const roleArn = z.string().regex(/^arn:[^:]*:iam::\d{12}:role\/\S+$/, "must be the ARN of a role");

const cluster = z
  .strictObject({
    arn: z.string().regex(/^arn:[^:]*:ecs:[^:]*:\d{12}:cluster\/\S+$/, "must be the ARN of an ECS cluster"),
    executionRoleArn: roleArn.meta({ description: "Pulls images, reads secrets" }),
    taskRoleArn: roleArn.optional().meta({ description: "The role that apps run as" }),
    logGroup: z
      .string()
      .regex(/^[A-Za-z0-9._/#-]{1,512}$/, "must be the name of a CloudWatch log group")
      .optional()
      .meta({ description: "Where what apps print goes; it must be there. Default: nowhere" }),
  })
  .meta({ description: "Where containers run" });

const posixId = z.int().min(0).max(4_294_967_295).default(1000);

const storage = z
  .strictObject({
    fileSystem: resourceId("fs"),
    uid: posixId.meta({ description: "Whose the files are" }),
    gid: posixId,
  })
  .meta({
    description:
      "The EFS file system of shared volumes, with a mount target in the subnets of `network`. Each volume of each app has a folder and an access point of its own there",
  });

const privatePlace = z.string().superRefine((entry, context) => {
  const message = allowanceProblem(entry);
  if (message !== null) context.addIssue({ code: "custom", message });
});

const hooks = z
  .strictObject({
    allowPrivate: z.array(privatePlace).max(100).meta({
      description:
        "Hosts, addresses and ranges that are not public and may be called: hooks.corp.internal, *.corp.internal, 10.0.0.0/8. A name opens private ranges only; loopback and link-local are opened by their address",
    }),
  })
  .meta({ description: "What hooks may call, and where notices may go" });

const freeze = z
  .strictObject({
    from: z.iso.datetime({ offset: true, error: "must be an ISO 8601 instant, as in 2026-12-20T00:00:00Z" }),
    to: z.iso.datetime({ offset: true, error: "must be an ISO 8601 instant, as in 2027-01-03T00:00:00Z" }),
    reason: z.string().trim().min(1, "must say why").max(200),
  })
  .refine(({ from, to }) => Date.parse(from) < Date.parse(to), {
    path: ["to"],
    message: "must be after from",
  })
  .meta({ description: "In it the environment takes no new releases" });

const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "must be a time of day, 00:00 to 23:59");

const maintenanceWindow = z
  .strictObject({
    days: z
      .array(z.enum(DAYS))
      .min(1, "must name at least one; leave it out for every day")
      .max(7)
      .default([...DAYS]),
    from: clockTime,
    to: clockTime.meta({ description: "Where it is not after `from` it is the next day's" }),
    timezone: z
      .string()
      .max(60)
      .refine(isTimeZone, "must be a time zone such as Europe/Berlin or UTC")
      .default("UTC"),
  })
  .meta({ description: "Where there are any, new releases are taken in them alone" });

/** Part of the contract, and not built yet: refused by name, never ignored. */
const later = () =>
  z
    .unknown()
    .optional()
    .superRefine((value, context) => {
      if (value !== undefined)
        context.addIssue({ code: "custom", message: "is not supported yet", params: { later: true } });
    })
    .meta({ description: "Not supported yet" });

const account = z.strictObject({
  id: z.string().regex(/^\d{12}$/, "must be the 12 digits of an AWS account"),
  externalId: z
    .string()
    .regex(/^[\w+=,.@:/-]{16,1224}$/, "must be 16 to 1224 of letters, digits and _+=,.@:/-")
    .meta({ description: "What the trust policy of the role there asks for" }),
  region: z
    .string()
    .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, "must be a region such as eu-central-1")
    .optional()
    .meta({ description: "Where it is not Tutti's own" }),
});

/** By kind. The images of virtual machines are made in Tutti's own account, and are not taken elsewhere yet. */
const accounts = z
  .strictObject({
    server: account.optional(),
    container: account.optional(),
    function: account.optional(),
    vm: later(),
  })
  .meta({ description: "Where targets of a kind live, if not in Tutti's own account (docs/accounts.md)" });

export const environmentBody = z
  .strictObject({
    pools: z
      .record(
        z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, "must be a-z, 0-9 and -"),
        z.union([ssmPool, sshPool]),
      )
      .default({}),
    loadBalancer: loadBalancer.optional(),
    network: network.optional(),
    discovery: discovery.optional(),
    vm: vm.optional(),
    cluster: cluster.optional(),
    storage: storage.optional(),
    hooks: hooks.optional(),
    functionRoleArn: roleArn.optional().meta({ description: "The role that users' functions run as" }),
    domain: later(),
    accounts: accounts.optional(),
    freezes: z.array(freeze).max(100).optional(),
    maintenance: z.array(maintenanceWindow).max(50).optional(),
    approvals: approvals.optional(),
    notifications: receivers.optional(),
  })
  .superRefine(({ notifications = [], hooks: open }, context) => {
    // What is wrong with an entry is said where it stands.
    if (open?.allowPrivate.some((entry) => allowanceProblem(entry) !== null)) return;
    notifications.forEach(({ url }, i) => {
      const message = url === undefined ? null : objectionTo(url, allowance(open?.allowPrivate ?? []));
      if (message !== null) context.addIssue({ code: "custom", path: ["notifications", i, "url"], message });
    });
  })
  .meta({ id: "EnvironmentSettings", example: ENVIRONMENT_SETTINGS });

const { pools, loadBalancer: balancer, functionRoleArn, ...places } = environmentBody.shape;

export const environmentView = z
  .object({
    name: environmentName,
    pools,
    loadBalancer: balancer,
    network: places.network,
    vm: places.vm,
    cluster: places.cluster,
    storage: places.storage,
    freezes: places.freezes,
    maintenance: places.maintenance,
    approvals: places.approvals,
    notifications: places.notifications,
    hooks: places.hooks,
    functionRoleArn,
    updatedAt: instantText,
  })
  .meta({ id: "Environment", example: ENVIRONMENT });

export type EnvironmentView = Environment;
