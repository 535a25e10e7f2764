// Pools of servers as operators write them: found by tag through SSM, or named one by one for SSH, and what placing goes by.
import * as z from "zod";

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

/** As whom releases run on a machine, and where they lie. */
export const own = { user: userName.default("tutti"), directory: directory.default("/opt/tutti") };

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

export const pools = z
  .record(z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, "must be a-z, 0-9 and -"), z.union([ssmPool, sshPool]))
  .default({});
