// The manifest's blocks that only some kinds have: what a server, a virtual machine, a container and a function may say
// beside the rest.
import * as z from "zod";

const RELATIVE_PATH = /^(?!.*(^|\/)\.\.?(\/|$))[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)*$/;
const HANDLER = /^[A-Za-z0-9_][A-Za-z0-9_./-]*\.[A-Za-z_$][A-Za-z0-9_$]*$/;

const LABEL_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

export const serverSchema = z
  .strictObject({
    pool: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, "must be lower-case letters, digits and hyphens")
      .optional()
      .describe("The environment's pool of servers. Default web."),
    supervisor: z
      .enum(["systemd", "pm2"])
      .optional()
      .describe("What keeps the app running. Default systemd."),
    setup: z
      .boolean()
      .optional()
      .describe(
        "Make each host ready before installing: runtime, user, directories, supervisor. Default false.",
      ),
    placement: z
      .enum(["spread", "binpack"])
      .optional()
      .describe(
        "Several copies may share a host: over zones and then hosts, or onto as few hosts as will do. Default spread where `resources` or another rule of placement is said, else one copy a host.",
      ),
    labels: z
      .record(
        z.string().regex(LABEL_NAME, "must be 1 to 63 of letters, digits and ._-"),
        z.string().regex(LABEL_NAME, "must be 1 to 63 of letters, digits and ._-"),
      )
      .optional()
      .describe("Labels that a host of the pool must have."),
    apartFrom: z
      .array(z.string().regex(/^[a-z][a-z0-9-]{0,38}[a-z0-9]$/, "must be the name of an app"))
      .max(20)
      .optional()
      .describe("Apps of the environment that it shares no host with; its own name: one copy a host."),
  })
  .describe("What only servers have.");

export const functionSchema = z
  .strictObject({
    handler: z
      .string()
      .max(128)
      .regex(HANDLER, "must be file.export, such as index.handler")
      .optional()
      .describe("File and export that Lambda calls. Default index.handler."),
    runtime: z
      .string()
      .regex(/^[a-z]+[a-z0-9.]{0,30}$/, "must be a Lambda runtime such as nodejs24.x")
      .optional()
      .describe("Lambda runtime. Default nodejs24.x."),
    memoryMiB: z.int().min(128).max(10_240).optional().describe("Default 128."),
    timeoutSeconds: z.int().min(1).max(900).optional().describe("Default 5."),
    ephemeralMiB: z
      .int()
      .min(512)
      .max(10_240)
      .optional()
      .describe("Size of /tmp, which is gone with its copy. Default 512."),
    network: z
      .boolean()
      .optional()
      .describe(
        "Runs in the environment's `network`, to reach what is private there, such as a database; the internet then through a NAT gateway only. Default false; with a volume always.",
      ),
    reservedConcurrency: z
      .int()
      .min(1)
      .max(100_000)
      .optional()
      .describe(
        "Requests at once at most, and so much of the account's concurrency is kept for it. Default: no limit but the account's.",
      ),
  })
  .describe("What only functions have.");

export const vmSchema = z
  .strictObject({
    instanceType: z
      .string()
      .regex(/^[a-z0-9-]{2,20}\.[a-z0-9-]{2,20}$/, "must be an instance type such as t4g.small")
      .optional()
      .describe("Default: what `resources` asks for, else the environment's."),
    baseImage: z
      .string()
      .regex(/^ami-[0-9a-f]{8,17}$/, "must be the id of an image, such as ami-0123456789abcdef0")
      .optional()
      .describe("The image that releases are baked on. Default: the environment's."),
    keepSeconds: z
      .int()
      .min(0)
      .max(604_800)
      .optional()
      .describe("blueGreen: for so long the group before is kept, for an instant way back. Default 300."),
  })
  .describe("What only virtual machines have.");

export const buildSchema = z
  .strictObject({
    run: z
      .string()
      .max(200)
      .regex(RELATIVE_PATH, "must be the path of a script inside the artifact, such as install.sh")
      .describe("Script of the release that is run as root on the base image while baking."),
  })
  .describe("vm: how an image is made of a release.");

export const capacityProviderSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,255}$/, "must be the name of a capacity provider such as FARGATE_SPOT"),
  weight: z.int().min(0).max(1000).default(1),
  base: z.int().min(0).max(100_000).default(0),
});

export const containerSchema = z
  .strictObject({
    launchType: z.enum(["FARGATE", "EC2"]).optional().describe("Default FARGATE."),
    capacityProviders: z
      .array(capacityProviderSchema)
      .max(20)
      .optional()
      .describe("In place of the launch type, e.g. FARGATE_SPOT beside FARGATE."),
    placement: z
      .enum(["spread", "binpack"])
      .optional()
      .describe("EC2: over zones and hosts, or onto as few hosts as will do. Default spread."),
    architecture: z
      .enum(["x86_64", "arm64"])
      .optional()
      .describe("Fargate: the processor that the image is built for. Default x86_64."),
  })
  .describe("What only containers have.");

export const resourcesSchema = z
  .strictObject({
    cpu: z.number().min(0.125).max(192).optional().describe("vCPU of each copy. Default 0.25."),
    memoryMiB: z.int().min(6).max(786_432).optional().describe("Memory of each copy. Default 512."),
    diskGiB: z
      .int()
      .min(1)
      .max(16_384)
      .optional()
      .describe(
        "server: disk of each copy. vm: its root volume, at least the image's. container: its ephemeral storage on Fargate, 21 to 200. function: its /tmp, 1 to 10.",
      ),
  })
  .describe(
    "container, function: what each copy gets. vm: what its instance has at least; the smallest type that the environment allows is taken. server: what is reserved for it on its host.",
  );
