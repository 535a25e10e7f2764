// Platform settings as operators write them: what targets stand on and do not own.
import * as z from "zod";
import type { Environment } from "#core/domain/environment.ts";
import { allowance, allowanceProblem } from "#outgoing/allowance.ts";
import { objectionTo } from "#outgoing/send.ts";
import { ENVIRONMENT, ENVIRONMENT_SETTINGS } from "../examples/places.ts";
import { accounts } from "./accounts.ts";
import { approvals } from "./approvals.ts";
import { freeze, maintenanceWindow } from "./freezes.ts";
import { environmentName, instantText } from "./names.ts";
import { own, pools } from "./pools.ts";
import { receivers } from "./receiver.ts";

const loadBalancer = z.strictObject({
  arn: z.string().regex(/^arn:[^\s]{1,1000}$/, "must be an ARN"),
  ports: z
    .strictObject({ from: z.int().min(1024).max(65_535), to: z.int().min(1024).max(65_535) })
    .refine((ports) => ports.from <= ports.to, "from must not be above to"),
  vpcId: z.string().min(1).max(64),
});

const LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";

const domain = z
  .strictObject({
    // A host in a rule has at most 128 characters (Elastic Load Balancing API, HostHeaderConditionConfig); 64 of them are for the app.
    name: z
      .string()
      .max(64)
      .regex(
        new RegExp(`^${LABEL}(?:\\.${LABEL})+$`),
        "must be a domain in lower case, such as apps.example.com",
      ),
    listenerArn: z
      .string()
      .regex(
        /^arn:[^:]*:elasticloadbalancing:[^:]*:\d{12}:listener\/app\/\S{1,200}$/,
        "must be the ARN of a listener of an application load balancer",
      )
      .meta({ description: "The load balancer's HTTPS listener, with a certificate for `*.<name>`" }),
  })
  .meta({
    description:
      "Apps on servers, instances and tasks are reached at https://<app>.<name>; functions keep their URL. Records and certificate are the platform's",
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
    description:
      "The Cloud Map namespace in which copies on servers and instances, and services on ECS (Service Connect), have a name",
  });

const vm = z
  .strictObject({
    baseImageId: resourceId("ami"),
    instanceType: z
      .string()
      .regex(/^[a-z0-9-]{2,20}\.[a-z0-9-]{2,20}$/, "must be an instance type such as t4g.small")
      .default("t4g.small")
      .meta({ description: "Of apps that say neither `vm.instanceType` nor what they need" }),
    instanceTypes: z
      .array(
        z
          .string()
          .regex(
            /^[a-z0-9-]{1,20}(\*|\.(\*|[a-z0-9-]{1,20}\*?))$/,
            "must be an instance type such as t4g.small, or t4g.* for all of its sizes",
          ),
      )
      .min(1)
      .max(50)
      .optional()
      .meta({
        description:
          "Of which apps may choose: `resources` gets the smallest of them that fits. Default: all sizes of `instanceType`'s family",
      }),
    instanceProfileArn: z
      .string()
      .regex(/^arn:[^:]*:iam::\d{12}:instance-profile\/\S+$/, "must be the ARN of an instance profile")
      .optional(),
    ...own,
  })
  .meta({ description: "What virtual machines begin from" });

const roleArn = z.string().regex(/^arn:[^:]*:iam::\d{12}:role\/\S+$/, "must be the ARN of a role");

const logGroup = z.string().regex(/^[A-Za-z0-9._/#-]{1,512}$/, "must be the name of a CloudWatch log group");

/** Lambda developer guide, "Configuring CloudWatch log groups": none that begins with aws/ is made. */
const functionLogGroup = z
  .string()
  .regex(
    /^(?!aws\/)(?:[A-Za-z0-9._/#-]|\{app\}){1,512}$/,
    "must be the name of a CloudWatch log group, and not begin with aws/",
  )
  .meta({
    description:
      "Where what users' functions print goes; `{app}` in it: one for each app. Default: the installation's own group, kept for 30 days, or in another account Lambda's own",
  });

const cluster = z
  .strictObject({
    arn: z.string().regex(/^arn:[^:]*:ecs:[^:]*:\d{12}:cluster\/\S+$/, "must be the ARN of an ECS cluster"),
    executionRoleArn: roleArn.meta({
      description: "Pulls images, reads secrets. `{app}` in its name: one for each app",
    }),
    taskRoleArn: roleArn
      .optional()
      .meta({ description: "The role that apps run as. `{app}` in its name: one for each app" }),
    infrastructureRoleArn: roleArn.optional().meta({
      description: "With which ECS makes and attaches disks of copies; volumes that are `ephemeral` need it",
    }),
    logGroup: logGroup
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

/** What an answer says beside the settings may come back with them: they can be written as they were read. */
const asRead = {
  name: environmentName.optional().meta({ description: "As it was read: the name in the path" }),
  createdAt: instantText.optional().meta({ description: "As it was read; it stays as it is" }),
  updatedAt: instantText.optional().meta({ description: "As it was read; it is set anew" }),
};

export const environmentBody = z
  .strictObject({
    ...asRead,
    pools,
    loadBalancer: loadBalancer.optional(),
    network: network.optional(),
    discovery: discovery.optional(),
    vm: vm.optional(),
    cluster: cluster.optional(),
    storage: storage.optional(),
    hooks: hooks.optional(),
    functionRoleArn: roleArn.optional().meta({
      description:
        "The role that users' functions run as, named `<installation>-app-…`. `{app}` in its name: one for each app",
    }),
    functionLogGroup: functionLogGroup.optional(),
    domain: domain.optional(),
    accounts: accounts.optional(),
    freezes: z.array(freeze).max(100).optional(),
    maintenance: z.array(maintenanceWindow).max(50).optional(),
    approvals: approvals.optional(),
    notifications: receivers.optional(),
  })
  .superRefine(({ domain: place, loadBalancer: balancer }, context) => {
    const within = balancer?.arn.replace(":loadbalancer/", ":listener/");
    if (!place || (within && place.listenerArn.startsWith(`${within}/`))) return;
    const message = "must be a listener of loadBalancer.arn";
    context.addIssue({ code: "custom", path: ["domain", "listenerArn"], message });
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

/** All that may be said of it is shown again. */
export const environmentView = z
  .object({
    ...environmentBody.shape,
    name: environmentName,
    createdAt: instantText.optional().meta({
      description: "Missing in one that was made before this was kept, until it is written again",
    }),
    updatedAt: instantText,
  })
  .meta({ id: "Environment", example: ENVIRONMENT });

export type EnvironmentView = Environment;
